package dev.gatun.examples.ai;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.Attempt;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.ChatStream;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.json.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Asks, and says who answered, why and at what cost. */
@Command(
    name = "ask",
    description = {
      "Asks the model that suits best, and says who answered, why and at what cost.",
      "Keys come from OPENAI_API_KEY, ANTHROPIC_API_KEY, PERPLEXITY_API_KEY, GEMINI_API_KEY,"
          + " XAI_API_KEY; without one, a demo provider answers."
    },
    mixinStandardHelpOptions = true)
final class AskCommand implements Callable<Integer> {
  @Mixin private final Question question = new Question();

  @Option(names = "--stream", description = "Prints the answer as it arrives.")
  private boolean stream;

  @Option(names = "--json", description = "One JSON object a line on standard output.")
  private boolean json;

  @Override
  public Integer call() {
    try (AiClient client = Question.client()) {
      if (stream) {
        try (ChatStream events = client.stream(question.request())) {
          for (StreamEvent e : events) {
            print(e);
          }
          if (!json) {
            System.out.println();
          }
          report(events.result());
        }
      } else {
        ChatResponse r = client.chat(question.request());
        if (!json) {
          System.out.println(r.text());
        }
        report(r);
      }
    }
    return 0;
  }

  private void print(StreamEvent event) {
    if (event instanceof StreamEvent.Text t) {
      if (json) {
        System.out.println(Json.object().put("event", "text").put("delta", t.delta()).build());
      } else {
        System.out.print(t.delta());
        System.out.flush();
      }
    }
  }

  private void report(ChatResponse r) {
    if (json) {
      System.out.println(
          Json.object()
              .put("event", "answer")
              .put("text", r.text())
              .put("served", r.served().toString())
              .put("finish", r.finish().toString())
              .put("input_tokens", r.usage().totalInput())
              .put("output_tokens", r.usage().totalOutput())
              .put("cost_usd", r.cost().amount().dollars().doubleValue())
              .put("cost_source", r.cost().source().name())
              .put("policy", r.route().policy())
              .put("reasons", Json.strings(r.route().reasons()))
              .put(
                  "attempts",
                  Json.strings(
                      r.route().attempts().stream()
                          .map(a -> a.model() + " " + a.outcome())
                          .toList()))
              .put("took_ms", r.route().took().toNanos() / 1e6)
              .put("overhead_ms", r.route().overhead().toNanos() / 1e6)
              .build());
      return;
    }
    r.citations().forEach(c -> System.out.println("  " + c.title() + " " + c.url()));
    System.err.printf(
        "%n%s (%s), %d + %d tokens, %s (%s), %s, of it %.3f ms in the client%n",
        r.served(),
        r.route().policy(),
        r.usage().totalInput(),
        r.usage().totalOutput(),
        r.cost().amount(),
        r.cost().source().name().toLowerCase(java.util.Locale.ROOT),
        Question.seconds(r.route().took()),
        r.route().overhead().toNanos() / 1e6);
    r.route().reasons().forEach(reason -> System.err.println("  " + reason));
    for (Attempt a : r.route().attempts()) {
      System.err.printf("  %s: %s after %s%n", a.model(), a.outcome(), Question.seconds(a.took()));
    }
  }
}
