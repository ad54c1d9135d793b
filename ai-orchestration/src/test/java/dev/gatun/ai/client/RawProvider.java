package dev.gatun.ai.client;

import dev.gatun.ai.Capability;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Task;
import dev.gatun.ai.Usage;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ChatCall;
import dev.gatun.ai.spi.ChatReply;
import dev.gatun.ai.spi.EmbeddingCall;
import dev.gatun.ai.spi.EmbeddingReply;
import dev.gatun.ai.spi.EventSource;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.RateLimits;
import dev.gatun.ai.spi.Secret;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** The least that asks an OpenAI-compatible server: what raw OkHttp costs, as a provider. */
final class RawProvider implements Provider {
  private static final MediaType JSON = MediaType.get("application/json");
  private final OkHttpClient http =
      new OkHttpClient.Builder().retryOnConnectionFailure(false).build();
  private final String url;
  private final ModelInfo model =
      new ModelInfo(
          new ModelRef("raw", "gpt-5-mini"),
          EnumSet.of(Capability.CHAT),
          100_000,
          4_000,
          Map.of(Task.GENERAL, 0.5),
          Optional.of(FakeProvider.prices(1_000_000)));

  RawProvider(String baseUrl) {
    url = baseUrl + "/chat/completions";
  }

  /** The answer's body. */
  String post(String text) throws IOException {
    String body =
        Json.object()
            .put("model", "gpt-5-mini")
            .put(
                "messages",
                Json.array(Json.object().put("role", "user").put("content", text).build()))
            .build()
            .toString();
    Request request =
        new Request.Builder()
            .url(url)
            .header("Authorization", "Bearer k")
            .post(RequestBody.create(body, JSON))
            .build();
    try (Response r = http.newCall(request).execute()) {
      return r.body().string();
    }
  }

  static ChatReply reply(String body) {
    Json.Obj o = (Json.Obj) Json.parse(body);
    Json.Obj choice = (Json.Obj) o.array("choices").getFirst();
    Json.Obj usage = o.object("usage");
    return new ChatReply(
        o.string("id").orElseThrow(),
        o.string("model").orElseThrow(),
        Message.assistant(choice.object("message").string("content").orElseThrow()),
        FinishReason.STOP,
        List.of(),
        Usage.of(
            usage.integer("prompt_tokens").orElse(0), usage.integer("completion_tokens").orElse(0)),
        RateLimits.UNKNOWN,
        Json.Obj.EMPTY);
  }

  @Override
  public String id() {
    return "raw";
  }

  @Override
  public List<ModelInfo> models() {
    return List.of(model);
  }

  @Override
  public Optional<ModelInfo> model(String name) {
    return Optional.of(model);
  }

  @Override
  public List<Secret> keys() {
    return List.of(Secret.of("k"));
  }

  @Override
  public ChatReply chat(ChatCall call) {
    try {
      return reply(post(call.request().messages().getFirst().text()));
    } catch (IOException e) {
      throw new AiException.ConnectFailed(Failure.of("no connection").cause(e));
    }
  }

  @Override
  public EventSource stream(ChatCall call) {
    throw new UnsupportedOperationException();
  }

  @Override
  public EmbeddingReply embed(EmbeddingCall call) {
    throw new UnsupportedOperationException();
  }
}
