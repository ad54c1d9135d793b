package dev.gatun.nn.train;

import java.util.Map;

/**
 * What a training step gave.
 *
 * @param epoch from 0
 * @param batch from 0
 * @param batches of the epoch
 * @param step how many steps were done before, in all epochs
 * @param examples in this batch
 * @param metrics of this batch before the step: {@code loss} and those of the trainer
 * @param learningRate of the step, of the first group
 * @param examplesPerSecond of this epoch so far
 */
public record BatchReport(
    long epoch,
    long batch,
    long batches,
    long step,
    long examples,
    Map<String, Double> metrics,
    double learningRate,
    double examplesPerSecond) {

  public double loss() {
    return metrics.getOrDefault(Trainer.LOSS, Double.NaN);
  }
}
