package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** What an optimizer remembers of one parameter: a step count, tensors and numbers by name. */
public final class ParameterState {
  /** Marks the saved names of numbers. */
  static final String NUMBER = "number.";

  private final Parameter parameter;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, Double> numbers = new LinkedHashMap<>();
  private long step;

  ParameterState(Parameter parameter) {
    this.parameter = parameter;
  }

  void nextStep() {
    step++;
  }

  /** The number of the step now done, from 1. */
  public long step() {
    return step;
  }

  /** A tensor of the parameter's shape, dtype and device; zeros when asked for first. */
  public Tensor tensor(String name) {
    return tensor(name, 0);
  }

  /** A tensor of the parameter's shape, dtype and device; constant when asked for first. */
  public Tensor tensor(String name, double initial) {
    Tensor p = parameter.tensor();
    Tensor t = tensors.get(name);
    if (t == null) {
      t = Scope.outside(() -> p.fullLike(initial));
      tensors.put(name, t);
    } else if (!t.device().equals(p.device()) || t.dtype() != p.dtype()) {
      t = replace(name, t); // the model has moved since
    }
    return t;
  }

  private Tensor replace(String name, Tensor old) {
    Tensor fresh = copy(old);
    old.close();
    tensors.put(name, fresh);
    return fresh;
  }

  private Tensor copy(Tensor values) {
    Tensor p = parameter.tensor();
    return Scope.outside(() -> {
      Tensor fresh = Tensor.empty(p.shape(), p.dtype(), p.device());
      try (Scope _ = Scope.open()) {
        fresh.assign(values.to(p.dtype()));
      }
      return fresh;
    });
  }

  /** A number that was set before, or {@code initial}. */
  public double number(String name, double initial) {
    return numbers.getOrDefault(name, initial);
  }

  /** Sets a number. */
  public void setNumber(String name, double value) {
    numbers.put(name, value);
  }

  Map<String, Tensor> tensors() {
    return tensors;
  }

  Map<String, Double> numbers() {
    return numbers;
  }

  void restore(Map<String, Tensor> saved) {
    saved.forEach((name, t) -> {
      if (name.equals("step")) {
        step = t.itemLong();
      } else if (name.startsWith(NUMBER)) {
        numbers.put(name.substring(NUMBER.length()), t.item());
      } else {
        tensors.put(name, copy(t));
      }
    });
  }

  void close() {
    tensors.values().forEach(Tensor::close);
    tensors.clear();
  }
}
