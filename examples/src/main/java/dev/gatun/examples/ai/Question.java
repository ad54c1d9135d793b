package dev.gatun.examples.ai;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Task;
import dev.gatun.ai.Usd;
import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What is asked, for the commands that ask or explain. */
final class Question {
  @Parameters(paramLabel = "TEXT", description = "What to ask.")
  private String text = "";

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description =
          "What it is for: general, synthetic-data, code, reasoning, analysis, research, multimodal,"
              + " code-tuning, creative.")
  private String task = "general";

  @Option(names = "--provider", paramLabel = "ID", description = "Only this provider.")
  private @Nullable String provider;

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "This model; PROVIDER/MODEL, or MODEL with --provider.")
  private @Nullable String model;

  @Option(names = "--system", paramLabel = "TEXT", description = "Instructions.")
  private @Nullable String system;

  @Option(
      names = "--max-cost",
      paramLabel = "USD",
      description = "The most that the answer may cost, in dollars.")
  private @Nullable BigDecimal maxCost;

  @Option(names = "--max-tokens", paramLabel = "N", description = "The most tokens of the answer.")
  private @Nullable Integer maxTokens;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  /** The request. */
  ChatRequest request() {
    try {
      return build();
    } catch (IllegalArgumentException | ArithmeticException e) {
      if (command == null) {
        throw e;
      }
      throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private ChatRequest build() {
    ChatRequest.Builder b = ChatRequest.builder().task(Task.of(task));
    if (system != null) {
      b.system(system);
    }
    b.user(text);
    if (maxCost != null) {
      b.maxCost(Usd.of(maxCost));
    }
    if (maxTokens != null) {
      b.maxOutputTokens(maxTokens);
    }
    if (model != null) {
      b.model(provider == null ? ModelRef.parse(model) : new ModelRef(provider, model));
    } else if (provider != null) {
      b.data(new dev.gatun.ai.DataPolicy(java.util.Set.of(provider), java.util.Set.of(), false));
    }
    return b.build();
  }

  /** A client of all providers that have a key. */
  static AiClient client() {
    return AiClient.builder().discover().build();
  }

  static String seconds(Duration d) {
    return Math.round(d.toNanos() / 1e6) / 1e3 + " s";
  }
}
