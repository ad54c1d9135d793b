package dev.gatun.nn.optim;

import dev.gatun.autograd.Gradients;
import dev.gatun.autograd.NoGrad;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.StateDictException;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Changes parameters by their gradients, in the form that PyTorch gives each algorithm. A parameter
 * without a gradient stays as it is, and so does its state.
 *
 * <p>State tensors are made at a parameter's first step, live outside all scopes, and are freed by
 * {@link #close()}. An own optimizer is a subclass with one method, {@link #update}. Not
 * thread-safe.
 */
public abstract class Optimizer implements AutoCloseable {
  private final List<ParameterGroup> groups;
  private final boolean maximize;
  private final IdentityHashMap<Parameter, ParameterState> states = new IdentityHashMap<>();

  /**
   * An optimizer of groups of parameters.
   *
   * @param maximize true to ascend
   * @throws IllegalArgumentException when there is no group, or a parameter is in two
   */
  protected Optimizer(List<ParameterGroup> groups, boolean maximize) {
    if (groups.isEmpty()) {
      throw new IllegalArgumentException("An optimizer needs at least one group of parameters");
    }
    var seen = Collections.newSetFromMap(new IdentityHashMap<Parameter, Boolean>());
    for (ParameterGroup group : groups) {
      for (Parameter p : group.parameters()) {
        if (!seen.add(p)) {
          throw new IllegalArgumentException(p + " is in the optimizer twice");
        }
      }
    }
    this.groups = List.copyOf(groups);
    this.maximize = maximize;
  }

  /** Changes one parameter; called in a scope, with nothing recorded. */
  protected abstract void update(
      ParameterGroup group, Parameter parameter, Tensor gradient, ParameterState state);

  public final List<ParameterGroup> groups() {
    return groups;
  }

  /** The learning rate of the first group. */
  public final double learningRate() {
    return groups.getFirst().learningRate();
  }

  /** Sets the learning rate of all groups. */
  public final void learningRate(double rate) {
    groups.forEach(g -> g.learningRate(rate));
  }

  /** One step by the gradients of a tape. */
  public final void step(Gradients gradients) {
    step(p -> gradients.find(p.tensor()));
  }

  /** One step by gradients from anywhere; they are converted to the parameter's dtype. */
  public final void step(Function<Parameter, Optional<Tensor>> gradients) {
    try (NoGrad _ = NoGrad.enter()) {
      for (ParameterGroup group : groups) {
        for (Parameter p : group.parameters()) {
          try (Scope _ = Scope.open()) {
            gradients.apply(p).ifPresent(g -> update(group, p, g));
          }
        }
      }
    }
  }

  private void update(ParameterGroup group, Parameter p, Tensor gradient) {
    ParameterState state = states.computeIfAbsent(p, ParameterState::new);
    state.nextStep();
    Tensor g = gradient.to(p.dtype());
    update(group, p, maximize ? g.neg() : g, state);
  }

  // ---- State ----------------------------------------------------------------------------------

  /**
   * The whole state: tensors by names such as {@code 0.exp_avg} (the parameter's number over all
   * groups), steps and other numbers ({@code 0.number.mu}) as 0-d tensors, learning rates as {@code
   * group.0.lr}. Tensors of parameters are the live ones; numbers belong to the innermost scope.
   */
  public final Map<String, Tensor> stateDict() {
    var out = new LinkedHashMap<String, Tensor>();
    for (int i = 0; i < groups.size(); i++) {
      ParameterGroup g = groups.get(i);
      out.put("group." + i + ".lr", number(g.learningRate()));
      out.put("group." + i + ".initial_lr", number(g.initialLearningRate()));
    }
    List<Parameter> all = parameters();
    for (int i = 0; i < all.size(); i++) {
      ParameterState s = states.get(all.get(i));
      if (s != null) {
        String prefix = i + ".";
        out.put(prefix + "step", Tensor.of(new long[] {s.step()}, Shape.scalar()));
        s.numbers().forEach((name, x) -> out.put(prefix + ParameterState.NUMBER + name, number(x)));
        s.tensors().forEach((name, tensor) -> out.put(prefix + name, tensor));
      }
    }
    return out;
  }

  private static Tensor number(double value) {
    return Tensor.of(new double[] {value}, Shape.scalar());
  }

  private List<Parameter> parameters() {
    var all = new ArrayList<Parameter>();
    groups.forEach(g -> all.addAll(g.parameters()));
    return all;
  }

  /**
   * Restores what {@link #stateDict} gave, by copies; the parameters must be the same in number,
   * order and shape.
   *
   * @throws StateDictException that lists all keys that do not fit; nothing has been changed then
   */
  public final void loadStateDict(Map<String, Tensor> state) {
    List<Parameter> all = parameters();
    var problems = new ArrayList<String>();
    var left = new TreeSet<>(state.keySet());
    for (int i = 0; i < groups.size(); i++) {
      for (String name : List.of("group." + i + ".lr", "group." + i + ".initial_lr")) {
        if (!left.remove(name)) {
          problems.add("missing key " + name);
        }
      }
    }
    var byParameter = new ArrayList<Map<String, Tensor>>();
    for (int i = 0; i < all.size(); i++) {
      var own = new LinkedHashMap<String, Tensor>();
      for (var e : state.entrySet()) {
        String prefix = i + ".";
        if (e.getKey().startsWith(prefix)) {
          left.remove(e.getKey());
          String name = e.getKey().substring(prefix.length());
          Tensor t = e.getValue();
          own.put(name, t);
          if (t.rank() != 0 && !t.shape().equals(all.get(i).shape())) {
            problems.add(
                "wrong shape of "
                    + e.getKey()
                    + " (expected "
                    + all.get(i).shape()
                    + ", got "
                    + t.shape()
                    + ")");
          }
        }
      }
      if (!own.isEmpty() && !own.containsKey("step")) {
        problems.add("missing key " + i + ".step");
      }
      byParameter.add(own);
    }
    left.forEach(key -> problems.add("unexpected key " + key));
    if (!problems.isEmpty()) {
      throw new StateDictException(
          "The state dict does not fit the optimizer; " + String.join("; ", problems));
    }
    close();
    for (int i = 0; i < groups.size(); i++) {
      groups
          .get(i)
          .restore(
              Objects.requireNonNull(state.get("group." + i + ".lr")),
              Objects.requireNonNull(state.get("group." + i + ".initial_lr")));
    }
    for (int i = 0; i < all.size(); i++) {
      if (!byParameter.get(i).isEmpty()) {
        var s = new ParameterState(all.get(i));
        s.restore(byParameter.get(i));
        states.put(all.get(i), s);
      }
    }
  }

  /** Frees the state; a later step begins anew. */
  @Override
  public final void close() {
    states.values().forEach(ParameterState::close);
    states.clear();
  }
}
