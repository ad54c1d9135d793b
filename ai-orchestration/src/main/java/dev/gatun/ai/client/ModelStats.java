package dev.gatun.ai.client;

import dev.gatun.ai.Usage;
import dev.gatun.ai.spi.TimeSource;

/** What was observed of a model. Thread-safe. */
final class ModelStats {
  private static final double WEIGHT = 0.1;

  final Latency whole;
  final Latency firstContent;
  private double inputRatio = 1;

  ModelStats(TimeSource time) {
    whole = new Latency(time);
    firstContent = new Latency(time);
  }

  /** Learns how this model counts tokens. */
  synchronized void learn(long estimatedInput, Usage usage) {
    if (usage.estimated() || usage.totalInput() == 0) {
      return;
    }
    if (estimatedInput > 0) {
      // Bounded, so that one odd answer (a search that reads pages) does not spoil the estimate.
      double ratio = Math.clamp((double) usage.totalInput() / estimatedInput, 0.25, 4);
      inputRatio += WEIGHT * (ratio - inputRatio);
    }
  }

  synchronized long input(long estimate) {
    return Math.round(estimate * inputRatio);
  }
}
