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

/** {@code POST /v1/messages}, in Anthropic's format. */
public final class Messages {
  private final AiClient client;
  private final Models models;

  /** Answers by a client. */
  public Messages(AiClient client, Models models) {
    this.client = client;
    this.models = models;
  }

  /** Answers a request, in one piece or as a stream. */
  public void handle(Exchange exchange, Principal principal) {
    Fields fields = Fields.of(exchange.json());
    ChatRequest.Builder builder =
        AnthropicRequest.read(fields, models.resolve(fields.text("model"), principal))
            .tenant(principal.tenant());
    RouteHeaders.read(exchange, builder);
    ChatRequest request = builder.build();
    exchange.interruptWhenClientLeaves();
    if (!fields.bool("stream").orElse(false)) {
      ChatResponse response = client.chat(request);
      RouteHeaders.write(exchange, response);
      exchange.send(200, AnthropicAnswer.whole(response));
      return;
    }
    try (ChatStream stream = client.stream(request);
        EventStream out = exchange.events()) {
      AnthropicAnswer.Blocks blocks = new AnthropicAnswer.Blocks(out);
      try {
        for (StreamEvent event : stream) {
          blocks.send(event);
        }
      } catch (AiException e) {
        exchange.unfinished();
        // No message_stop: a stream that broke must not look finished.
        out.event(
            "error",
            Json.write(
                ErrorBodies.of(
                    AiProblems.of(e), Route.ErrorStyle.ANTHROPIC, exchange.requestId())));
      }
    }
  }
}
