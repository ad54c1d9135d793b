package dev.gatun.ai;

import java.util.List;
import java.util.Map;

/**
 * Asks several models the same.
 *
 * @param models whom; empty for the best of each provider, by routing
 * @param aggregation what becomes of their answers
 * @param roles what a model is told to be, before the request's own instructions
 */
public record FanOut(List<ModelRef> models, Aggregation aggregation, Map<ModelRef, String> roles) {
  /** Copies the collections. */
  public FanOut {
    models = List.copyOf(models);
    roles = Map.copyOf(roles);
  }

  /** Without roles. */
  public FanOut(List<ModelRef> models, Aggregation aggregation) {
    this(models, aggregation, Map.of());
  }

  /** What becomes of the answers. */
  public sealed interface Aggregation {
    /** The first good answer wins; the others are cancelled. */
    record First() implements Aggregation {}

    /** All answers, uncombined; the first model's that succeeded counts as the answer. */
    record All() implements Aggregation {}

    /** The answer that most models gave, compared as JSON where it is, else as normalised text. */
    record Majority() implements Aggregation {}

    /**
     * A model chooses the best answer.
     *
     * @param judge who chooses
     * @param criteria by what, in a sentence
     */
    record Judge(ModelRef judge, String criteria) implements Aggregation {}

    /**
     * A model writes one answer from all.
     *
     * @param editor who writes
     * @param instructions how, in a sentence
     */
    record Merge(ModelRef editor, String instructions) implements Aggregation {}
  }
}
