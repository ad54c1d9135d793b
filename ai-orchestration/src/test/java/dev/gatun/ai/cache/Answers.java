package dev.gatun.ai.cache;

import dev.gatun.ai.Attempt;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.Citation;
import dev.gatun.ai.Cost;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Part;
import dev.gatun.ai.Route;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.json.Json;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** An answer that has something in every place. */
final class Answers {
  private Answers() {}

  static ChatResponse full(String text) {
    ModelRef model = new ModelRef("p", "m/x");
    Usage usage = new Usage(1, 2, 3, 4, 5, 6, 7, 8, Optional.of(Usd.ofPico(123_456_789)), true);
    Cost cost = new Cost(Usd.ofPico(Long.MAX_VALUE), Cost.Source.ESTIMATED);
    return new ChatResponse(
        "id-1",
        model,
        new Message(
            Message.Role.ASSISTANT,
            List.of(
                new Part.Reasoning("hm", "sig"),
                new Part.Text(text),
                new Part.Image("image/png", "AQ==", Optional.empty()),
                Part.Image.of(URI.create("https://a.example/x")),
                new Part.ToolCall("c1", "f", "{\"a\": 1}", "s"),
                new Part.ToolResult("c1", "f", "r", true))),
        new FinishReason(FinishReason.Kind.OTHER, "whatever"),
        List.of(new Citation("https://a.example", "t", "s")),
        usage,
        cost,
        new Route(
            "policy",
            List.of("because"),
            List.of(
                new Attempt(
                    model, "sha256:00", "Overloaded", Duration.ofNanos(7), usage, cost, true)),
            false,
            Duration.ofMillis(5),
            Duration.ofNanos(3)),
        Json.object("x", Json.array(Json.NULL, Json.of(1.5))));
  }
}
