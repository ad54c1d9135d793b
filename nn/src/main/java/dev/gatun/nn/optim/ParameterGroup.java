package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.tensor.Tensor;
import java.util.List;

/** Parameters with one learning rate, which a schedule may change. Not thread-safe. */
public final class ParameterGroup {
  private final List<Parameter> parameters;
  private double initialLearningRate;
  private double learningRate;

  ParameterGroup(List<Parameter> parameters, double learningRate) {
    this.parameters = List.copyOf(parameters);
    this.initialLearningRate = learningRate;
    this.learningRate = learningRate;
  }

  public List<Parameter> parameters() {
    return parameters;
  }

  /** The rate the optimizer was built with, which schedules scale. */
  public double initialLearningRate() {
    return initialLearningRate;
  }

  /** The rate of the next step. */
  public double learningRate() {
    return learningRate;
  }

  public void learningRate(double rate) {
    if (!(rate >= 0)) {
      throw new IllegalArgumentException("A learning rate must not be negative, got " + rate);
    }
    learningRate = rate;
  }

  void restore(Tensor rate, Tensor initialRate) {
    learningRate = rate.item();
    initialLearningRate = initialRate.item();
  }
}
