package dev.gatun.gateway.chat;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.ChatStream;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.json.Json;
import dev.gatun.gateway.auth.Principal;
import dev.gatun.gateway.http.AiProblems;
import dev.gatun.gateway.http.ErrorBodies;
import dev.gatun.gateway.http.EventStream;
import dev.gatun.gateway.http.Exchange;
import dev.gatun.gateway.http.Route;
import java.time.Instant;

/** {@code POST /v1/chat/completions}, in OpenAI's format. */
public final class ChatCompletions {
  private final AiClient client;
  private final Models models;

  /** Answers by a client. */
  public ChatCompletions(AiClient client, Models models) {
    this.client = client;
    this.models = models;
  }

  /** Answers a request, in one piece or as a stream. */
  public void handle(Exchange exchange, Principal principal) {
    Fields fields = Fields.of(exchange.json());
    ChatRequest.Builder builder =
        OpenAiRequest.read(fields, models.resolve(fields.text("model"), principal))
            .tenant(principal.tenant());
    RouteHeaders.read(exchange, builder);
    ChatRequest request = builder.build();
    exchange.interruptWhenClientLeaves();
    if (fields.bool("stream").orElse(false)) {
      boolean withUsage =
          fields.object("stream_options").flatMap(o -> o.bool("include_usage")).orElse(false);
      stream(exchange, request, withUsage);
    } else {
      ChatResponse response = client.chat(request);
      RouteHeaders.write(exchange, response);
      exchange.send(200, OpenAiAnswer.whole(response, now()));
    }
  }

  private void stream(Exchange exchange, ChatRequest request, boolean withUsage) {
    try (ChatStream stream = client.stream(request);
        EventStream out = exchange.events()) {
      OpenAiAnswer.Chunks chunks = new OpenAiAnswer.Chunks(now());
      try {
        for (StreamEvent event : stream) {
          chunks.of(event).map(Json::write).ifPresent(out::data);
          if (withUsage && event instanceof StreamEvent.Finished f) {
            out.data(Json.write(chunks.usageChunk(f.usage())));
          }
        }
        out.data("[DONE]");
      } catch (AiException e) {
        exchange.unfinished();
        // No [DONE]: a stream that broke must not look finished.
        out.data(
            Json.write(
                ErrorBodies.of(AiProblems.of(e), Route.ErrorStyle.OPENAI, exchange.requestId())));
      }
    }
  }

  private static long now() {
    return Instant.now().getEpochSecond();
  }
}
