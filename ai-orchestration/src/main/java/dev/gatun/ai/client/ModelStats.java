package dev.gatun.ai.client;

import dev.gatun.ai.Usage;
import dev.gatun.ai.spi.TimeSource;

/** What was observed of a model. Thread-safe. */
final class ModelStats {
  private static final double WEIGHT = 0.1;

  /** Expected of a model that was not observed yet. */
  static final int DEFAULT_OUTPUT = 500;

  final Latency whole;
  final Latency firstContent;
  private double inputRatio = 1;
  private double output = DEFAULT_OUTPUT;
  private boolean outputSeen;

  ModelStats(TimeSource time) {
    whole = new Latency(time);
    firstContent = new Latency(time);
  }

  /** Learns how this model counts tokens, and how long its answers are. */
  synchronized void learn(long estimatedInput, Usage usage) {
    if (usage.estimated() || usage.totalInput() == 0) {
      return;
    }
    if (estimatedInput > 0) {
      // Bounded, so that one odd answer (a search that reads pages) does not spoil the estimate.
      double ratio = Math.clamp((double) usage.totalInput() / estimatedInput, 0.25, 4);
      inputRatio += WEIGHT * (ratio - inputRatio);
    }
    if (usage.totalOutput() > 0) {
      output = outputSeen ? output + WEIGHT * (usage.totalOutput() - output) : usage.totalOutput();
      outputSeen = true;
    }
  }

  synchronized long input(long estimate) {
    return Math.round(estimate * inputRatio);
  }

  synchronized long output() {
    return Math.max(1, Math.round(output));
  }
}
