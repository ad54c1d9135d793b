package dev.gatun.nn.train;

import java.util.Map;

/**
 * What an epoch gave.
 *
 * @param epoch from 0
 * @param train means over the epoch's training steps: {@code loss} and the trainer's metrics
 * @param validation means over the validation data after the epoch; empty without such data
 * @param seconds of the training part
 * @param examplesPerSecond of the training part
 */
public record EpochReport(
    long epoch,
    Map<String, Double> train,
    Map<String, Double> validation,
    double seconds,
    double examplesPerSecond) {

  /**
   * A metric of the validation if there was one, else of the training.
   *
   * @throws IllegalArgumentException when there is none of that name
   */
  public double metric(String name) {
    Map<String, Double> from = validation.isEmpty() ? train : validation;
    Double value = from.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "The trainer has no metric '" + name + "', but " + from.keySet());
    }
    return value;
  }
}
