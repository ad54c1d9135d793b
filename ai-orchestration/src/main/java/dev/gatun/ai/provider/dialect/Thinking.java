package dev.gatun.ai.provider.dialect;

import dev.gatun.ai.ReasoningEffort;
import dev.gatun.ai.spi.ModelInfo;
import java.util.regex.Pattern;

/**
 * How the makers' models are told how much to reason: older ones of Anthropic and Google by a
 * budget of tokens, all others by a word. By their names, since each generation refuses with status
 * 400 what another wants. Source: the makers' model pages, November 2026.
 */
final class Thinking {
  // Claude up to 4.5, and Gemini up to 2.5.
  private static final Pattern BY_BUDGET =
      Pattern.compile("claude-(?:[23].*|[a-z]+-4(?:-[0-5](?:-.*)?|-\\d{8})?)|gemini-[12]\\b.*");
  // Claude 4.6 takes words and still samples at a temperature; later ones do not.
  private static final Pattern SAMPLES = Pattern.compile("claude-[a-z]+-4-6(?:-.*)?");
  private static final Pattern CAN_STOP =
      Pattern.compile("claude-(?:[a-z]+-4-[6-9]|opus-5|sonnet-5|haiku-5-5)(?:-\\d{8})?");

  private static final Pattern LOW_AT_LEAST =
      Pattern.compile("gpt-6-astra.*|gpt-6\\.1-sol.*|grok-4\\.7.*");

  private Thinking() {}

  /** The word for OpenAI's and xAI's models; some of them cannot but reason a little. */
  static String word(ModelInfo model, ReasoningEffort effort) {
    boolean little = effort.name().equals("none") || effort.name().equals("minimal");
    return little && LOW_AT_LEAST.matcher(model.ref().model()).matches() ? "low" : effort.name();
  }

  /** Whether a model takes a budget of tokens, and not a word. */
  static boolean byBudget(ModelInfo model) {
    return BY_BUDGET.matcher(model.ref().model()).matches();
  }

  /** Whether a model of Anthropic's takes a temperature. */
  static boolean samples(ModelInfo model) {
    return byBudget(model) || SAMPLES.matcher(model.ref().model()).matches();
  }

  /** Whether a model of Anthropic's can be told not to reason; some always do. */
  static boolean canStop(ModelInfo model) {
    return CAN_STOP.matcher(model.ref().model()).matches();
  }

  /** The tokens of an effort, for models that take a budget; 0 for none. */
  static int budget(ReasoningEffort effort) {
    return switch (effort.name()) {
      case "none" -> 0;
      case "minimal", "low" -> 1024;
      case "medium" -> 8192;
      default -> 24_576;
    };
  }
}
