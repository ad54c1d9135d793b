package dev.gatun.ai;

/**
 * How much a model shall reason before it answers. Open: providers add steps.
 *
 * @param name the step, such as {@code low}
 */
public record ReasoningEffort(String name) {
  /** None. */
  public static final ReasoningEffort NONE = new ReasoningEffort("none");

  /** A little. */
  public static final ReasoningEffort LOW = new ReasoningEffort("low");

  /** The usual amount. */
  public static final ReasoningEffort MEDIUM = new ReasoningEffort("medium");

  /** Much. */
  public static final ReasoningEffort HIGH = new ReasoningEffort("high");

  @Override
  public String toString() {
    return name;
  }
}
