package dev.gatun.ai.client;

import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Task;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long answers are expected to be: as a model's were for the task, once it has answered a few
 * times, else as all models' were, so that nobody looks cheap for being new. Thread-safe.
 */
final class AnswerLengths {
  /** Expected when nothing was observed. */
  static final int DEFAULT = 500;

  private static final double WEIGHT = 0.1;
  private static final int FEW = 5;

  private record Of(Task task, String model) {}

  private record Mean(double value, int count) {
    Mean plus(long tokens) {
      double weight = Math.max(WEIGHT, 1.0 / (count + 1));
      return new Mean(value + weight * (tokens - value), Math.min(count + 1, FEW));
    }
  }

  private static final String ALL = "";
  private static final int MOST_TASKS = 1000;

  private final ConcurrentHashMap<Of, Mean> means = new ConcurrentHashMap<>();

  void observe(Task task, ModelRef model, long tokens) {
    if (tokens > 0 && means.size() < MOST_TASKS) { // tasks are free texts: their number is bounded
      means.merge(new Of(task, ALL), new Mean(tokens, 1), (old, _) -> old.plus(tokens));
      means.merge(
          new Of(task, model.toString()), new Mean(tokens, 1), (old, _) -> old.plus(tokens));
    }
  }

  long expected(Task task, ModelRef model) {
    Mean own = means.get(new Of(task, model.toString()));
    if (own == null || own.count() < FEW) {
      own = means.get(new Of(task, ALL));
    }
    return own == null ? DEFAULT : Math.max(1, Math.round(own.value()));
  }
}
