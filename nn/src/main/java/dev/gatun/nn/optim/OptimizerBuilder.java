package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What all optimizers can be told.
 *
 * @param <B> the builder itself
 */
public abstract sealed class OptimizerBuilder<B extends OptimizerBuilder<B>>
    permits Sgd.Builder,
        Adam.Builder,
        AdamW.Builder,
        RmsProp.Builder,
        Adagrad.Builder,
        Adadelta.Builder,
        Adamax.Builder,
        NAdam.Builder,
        RAdam.Builder,
        Asgd.Builder,
        Rprop.Builder {
  private record Draft(List<Parameter> parameters, OptionalDouble learningRate) {}

  private final List<Draft> drafts = new ArrayList<>();
  private double learningRate;
  private boolean maximize;

  OptimizerBuilder(List<Parameter> parameters, double learningRate) {
    drafts.add(new Draft(parameters, OptionalDouble.empty()));
    this.learningRate = learningRate;
  }

  abstract B self();

  /** The optimizer. */
  public abstract Optimizer build();

  /** The learning rate of the groups without one of their own. */
  public B learningRate(double rate) {
    learningRate = rate;
    return self();
  }

  /** True to ascend the gradient; false by default. */
  public B maximize(boolean value) {
    maximize = value;
    return self();
  }

  /** More parameters, with a learning rate of their own. */
  public B group(List<Parameter> parameters, double rate) {
    drafts.add(new Draft(parameters, OptionalDouble.of(rate)));
    return self();
  }

  List<ParameterGroup> groups() {
    return drafts.stream()
        .map(d -> new ParameterGroup(d.parameters(), d.learningRate().orElse(learningRate)))
        .toList();
  }

  boolean maximize() {
    return maximize;
  }
}
