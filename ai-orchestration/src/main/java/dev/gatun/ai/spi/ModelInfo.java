package dev.gatun.ai.spi;

import dev.gatun.ai.Capability;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Task;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of a model: data, not code.
 *
 * @param ref the model
 * @param capabilities what it can do
 * @param contextWindow the most tokens of prompt and answer together
 * @param maxOutput the most tokens of an answer
 * @param quality how good it is for a task, 0 to 1; tasks that are missing count as {@link
 *     Task#GENERAL}, and that as 0.5
 * @param prices what it costs, where that is known
 */
public record ModelInfo(
    ModelRef ref,
    Set<Capability> capabilities,
    long contextWindow,
    long maxOutput,
    Map<Task, Double> quality,
    Optional<Prices> prices) {
  /** Copies the collections. */
  public ModelInfo {
    capabilities = Set.copyOf(capabilities);
    quality = Map.copyOf(quality);
  }

  /** How good it is for a task, 0 to 1. */
  public double quality(Task task) {
    Double value = quality.get(task);
    return value != null ? value : quality.getOrDefault(Task.GENERAL, 0.5);
  }

  /** Whether it can do all of these. */
  public boolean can(Set<Capability> needed) {
    return capabilities.containsAll(needed);
  }

  /** The same model by another name. */
  public ModelInfo named(ModelRef name) {
    return new ModelInfo(name, capabilities, contextWindow, maxOutput, quality, prices);
  }
}
