package dev.gatun.ai.testkit.dialect;

import dev.gatun.ai.testkit.Content;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Failure;
import dev.gatun.ai.testkit.Finish;
import dev.gatun.ai.testkit.Part;
import dev.gatun.ai.testkit.RecordedRequest;
import dev.gatun.ai.testkit.Script;
import dev.gatun.ai.testkit.Tokens;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns a script and a request into a reply in the request's dialect. Thread-safe. */
public final class Composer {
  private static final byte[] NOTHING = {};

  private final InstantSource clock;
  private final Map<Dialect, Codec> chat = new EnumMap<>(Dialect.class);
  private final Map<Dialect, Codec> responses = new EnumMap<>(Dialect.class);

  /** A composer that tells the time by this clock. */
  public Composer(InstantSource clock) {
    this.clock = clock;
    chat.put(Dialect.OPENAI, new OpenAiChat(Dialect.OPENAI));
    chat.put(Dialect.XAI, new OpenAiChat(Dialect.XAI));
    chat.put(Dialect.PERPLEXITY, new Sonar());
    chat.put(Dialect.ANTHROPIC, new AnthropicMessages());
    chat.put(Dialect.GEMINI, new GeminiContent());
    for (Dialect dialect : List.of(Dialect.OPENAI, Dialect.XAI, Dialect.PERPLEXITY)) {
      responses.put(dialect, new Responses(dialect));
    }
  }

  /** The reply to a request that the provider would not let through, or null if it is right. */
  public @Nullable Reply rejected(RecordedRequest request, java.util.Set<String> keys) {
    Errors.Shape shape = Validation.check(request, keys, Ids.of(request.number()));
    return shape == null ? null : error(shape, request, Script.echo());
  }

  /** The reply to a request. */
  public Reply compose(Script script, RecordedRequest request) {
    return switch (script.content()) {
      case Content.Failed(Failure failure, String message) ->
          failure(failure, message, script, request);
      case Content.Raw raw ->
          raw(script, request, raw.contentType(), raw.body().getBytes(StandardCharsets.UTF_8));
      case Content.Json(Map<String, ?> members) ->
          raw(script, request, "application/json", Json.bytes(members));
      case Content.Parts(List<Part> parts) -> said(parts, null, script, request);
      case Content.Lorem(int words) ->
          said(List.of(new Part.Text(Pieces.lorem(words))), null, script, request);
      case Content.Echo ignored -> echo(script, request);
      case Content.Vectors ignored -> echo(script, request);
      case Content.Hang ignored -> raw(script, request, "text/plain", NOTHING);
      case Content.Drop ignored -> raw(script, request, "text/plain", NOTHING);
      case Content.Computed(var function) -> compose(function.apply(request), request);
    };
  }

  private Reply raw(Script script, RecordedRequest request, String contentType, byte[] body) {
    int status = script.head().status() == 0 ? 200 : script.head().status();
    return Reply.whole(
        status,
        contentType,
        DialectHeaders.of(request, script, status, List.of(), clock),
        body,
        0,
        script);
  }

  private Reply json(
      Script script,
      RecordedRequest request,
      int status,
      Map<String, @Nullable Object> body,
      List<String> headers,
      long tokens) {
    return Reply.whole(
        script.head().status() == 0 ? status : script.head().status(),
        request.dialect() == Dialect.GEMINI
            ? "application/json; charset=UTF-8"
            : "application/json",
        DialectHeaders.of(request, script, status, headers, clock),
        Json.bytes(body),
        tokens,
        script);
  }

  private Reply failure(Failure failure, String message, Script script, RecordedRequest request) {
    String id = Ids.of(request.number());
    Codec codec = codec(request);
    boolean inside = script.head().status() == 200;
    Errors.Shape shape =
        Errors.of(request.dialect(), failure, message, request.model(), request.operation(), id);
    if (request.streaming() && codec != null && (inside || shape.status() == 200)) {
      Answer answer =
          answer(List.of(), new Prompt("", 4, -1, null, false, null), null, script, request);
      List<Frame> frames =
          shape.status() == 200
              ? List.of(Frame.terminal(null, shape.body()))
              : codec.failed(answer, failure, message, 0);
      return stream(codec, frames, answer, script, request);
    }
    return error(shape, request, script);
  }

  private Reply error(Errors.Shape shape, RecordedRequest request, Script script) {
    Map<String, @Nullable Object> body =
        DialectHeaders.withRetryInfo(shape.body(), script.head().retryAfter());
    return json(script, request, shape.status(), body, shape.headers(), 0);
  }

  private Reply echo(Script script, RecordedRequest request) {
    return switch (request.operation()) {
      case CHAT, RESPONSES -> {
        Prompt prompt = Prompt.of(request);
        Map<String, @Nullable Object> schema = prompt.schema();
        Prompt.Tool tool = prompt.forcedTool();
        if (tool != null) {
          Part call =
              new Part.ToolCall(null, tool.name(), Json.text(SchemaSample.of(tool.schema())));
          yield said(List.of(call), prompt, script, request);
        }
        String text = prompt.lastUser().isEmpty() ? "ok" : prompt.lastUser();
        if (schema != null) {
          text = Json.text(SchemaSample.of(schema));
        } else if (prompt.jsonObject()) {
          text = Json.text(Json.obj("answer", text));
        }
        List<String> words = Pieces.words(text);
        if (prompt.maxTokens() >= 0 && words.size() > prompt.maxTokens()) {
          text = String.join("", words.subList(0, (int) prompt.maxTokens()));
          script = script.details().finish() == null ? script.finish(Finish.LENGTH) : script;
        }
        yield said(List.of(new Part.Text(text)), prompt, script, request);
      }
      case EMBEDDINGS -> json(script, request, 200, Embeddings.body(request, script), List.of(), 0);
      case MODELS -> {
        Map<String, @Nullable Object> body = Models.body(request);
        yield body == null
            ? failure(Failure.MODEL_NOT_FOUND, "", script, request)
            : json(script, request, 200, body, List.of(), 0);
      }
      case COUNT_TOKENS -> {
        long tokens = Math.max(1, Pieces.tokens(Prompt.of(request).characters()));
        yield json(
            script,
            request,
            200,
            request.dialect() == Dialect.GEMINI
                ? Json.obj("totalTokens", tokens)
                : Json.obj("input_tokens", tokens),
            List.of(),
            0);
      }
      case UNKNOWN -> error(Validation.noSuchPath(request), request, script);
    };
  }

  private @Nullable Codec codec(RecordedRequest request) {
    return switch (request.operation()) {
      case CHAT -> chat.get(request.dialect());
      case RESPONSES -> responses.get(request.dialect());
      case EMBEDDINGS, MODELS, COUNT_TOKENS, UNKNOWN -> null;
    };
  }

  private Reply said(
      List<Part> parts, @Nullable Prompt prompt, Script script, RecordedRequest request) {
    Codec codec = codec(request);
    if (codec == null) {
      return echo(script, request);
    }
    Answer answer =
        answer(parts, prompt == null ? Prompt.of(request) : prompt, null, script, request);
    if (request.streaming()) {
      return stream(codec, codec.stream(answer), answer, script, request);
    }
    return json(
        script,
        request,
        200,
        codec.body(answer),
        List.of(),
        script.timing().token().isZero() ? 0 : pieces(parts));
  }

  private Reply stream(
      Codec codec, List<Frame> frames, Answer answer, Script script, RecordedRequest request) {
    boolean sse = request.dialect() != Dialect.GEMINI || request.query().contains("alt=sse");
    if (!sse) {
      return array(frames, script, request);
    }
    int status = script.head().status() == 0 ? 200 : script.head().status();
    return new Reply(
        status,
        request.dialect() == Dialect.GEMINI || request.dialect() == Dialect.ANTHROPIC
            ? "text/event-stream"
            : "text/event-stream; charset=utf-8",
        DialectHeaders.of(request, script, status, List.of("cache-control", "no-cache"), clock),
        NOTHING,
        frames,
        true,
        frames.stream().filter(frame -> frame.kind() == Frame.Kind.TOKEN).count(),
        codec.lineEnd(),
        (failure, sent) -> codec.failed(answer, failure, "", sent),
        script);
  }

  /** Gemini's stream without {@code alt=sse}: an array that grows. */
  private Reply array(List<Frame> frames, Script script, RecordedRequest request) {
    var text = new StringBuilder("[");
    for (int i = 0; i < frames.size(); i++) {
      text.append(i == 0 ? "" : "\n,\r\n").append(frames.get(i).data());
    }
    text.append("\n]\n");
    return raw(
        script,
        request,
        "application/json; charset=UTF-8",
        text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private Answer answer(
      List<Part> parts,
      Prompt prompt,
      @Nullable Finish because,
      Script script,
      RecordedRequest request) {
    Finish finish = script.details().finish();
    if (finish == null) {
      finish = because == null ? finish(parts) : because;
    }
    Tokens tokens = script.details().tokens();
    String model = script.details().model();
    return new Answer(
        request,
        parts,
        finish,
        script.details().finishWord(),
        tokens == null ? estimate(parts, prompt.characters()) : tokens,
        model == null ? Models.served(request) : model,
        Ids.of(request.number()),
        clock.instant().getEpochSecond(),
        script.framing().usage(),
        script.framing().unknownFields());
  }

  private static Finish finish(List<Part> parts) {
    Finish finish = Finish.STOP;
    for (Part part : parts) {
      switch (part) {
        case Part.ToolCall ignored -> {
          return Finish.TOOL_CALLS;
        }
        case Part.Refusal ignored -> finish = Finish.REFUSAL;
        case Part.Text ignored -> {}
        case Part.Thinking ignored -> {}
        case Part.Citation ignored -> {}
      }
    }
    return finish;
  }

  /** The events with content that a stream of these parts has, to one or two for each call. */
  private static long pieces(List<Part> parts) {
    Tokens tokens = estimate(parts, 0);
    return tokens.output() + tokens.reasoning();
  }

  /** A token for each piece of a stream; four characters each for the prompt. */
  private static Tokens estimate(List<Part> parts, long characters) {
    long output = 0;
    long reasoning = 0;
    int searches = 0;
    for (Part part : parts) {
      switch (part) {
        case Part.Text(String text) -> output += Pieces.words(text).size();
        case Part.Refusal(String text) -> output += Pieces.words(text).size();
        case Part.Thinking(String text, var ignored) -> reasoning += Pieces.words(text).size();
        case Part.ToolCall tool -> output += 1 + Pieces.arguments(tool.arguments()).size();
        case Part.Citation ignored -> searches = 1;
      }
    }
    return Tokens.of(Math.max(1, Pieces.tokens(characters)), output)
        .withReasoning(reasoning)
        .withSearches(searches);
  }

  /** A reply that tells of a mistake in a script, so that a test sees it. */
  public Reply broken(RecordedRequest request, RuntimeException mistake) {
    var parts = new ArrayList<String>();
    for (Throwable t = mistake; t != null; t = t.getCause()) {
      parts.add(String.valueOf(t));
    }
    return raw(
        Script.echo().status(500),
        request,
        "text/plain; charset=utf-8",
        ("the script cannot be played: " + String.join(": ", parts) + "\n")
            .getBytes(StandardCharsets.UTF_8));
  }
}
