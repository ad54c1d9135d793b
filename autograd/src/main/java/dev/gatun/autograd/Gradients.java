package dev.gatun.autograd;

import dev.gatun.tensor.GatunException;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The gradients of a scalar, by tensor. They belong to the scope that was innermost when {@link
 * Tape#gradients(Tensor)} was called; {@link dev.gatun.tensor.Scope#keep} and {@link Tape#keep}
 * take this object.
 *
 * <p>Not thread-safe.
 */
public final class Gradients implements Iterable<Gradients.Entry> {

  /**
   * A tensor and the gradient with respect to it.
   *
   * @param tensor the leaf
   * @param gradient of the same shape and dtype
   */
  public record Entry(Tensor tensor, Tensor gradient) {}

  private final Map<Tensor, Tensor> byTensor;

  Gradients(Map<Tensor, Tensor> byTensor) {
    this.byTensor = byTensor;
  }

  /**
   * Gradients that come from elsewhere, such as an average over devices.
   *
   * @throws ShapeException when a gradient has another shape than its tensor
   */
  public static Gradients of(Map<Tensor, Tensor> gradients) {
    Map<Tensor, Tensor> map = new LinkedHashMap<>();
    gradients.forEach((t, g) -> {
      if (!t.shape().equals(g.shape())) {
        throw new ShapeException(
            "Expected a gradient of shape " + t.shape() + ", got shape " + g.shape());
      }
      map.put(t.identity(), g);
    });
    return new Gradients(map);
  }

  /**
   * The gradient with respect to a tensor.
   *
   * @throws IllegalArgumentException when there is none, because the loss does not depend on it
   */
  public Tensor get(Tensor tensor) {
    return find(tensor)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "No gradient for "
                    + tensor
                    + ": what was differentiated does not depend on it, or it does not require"
                    + " gradients"));
  }

  /** The gradient with respect to a tensor, if there is one. */
  public Optional<Tensor> find(Tensor tensor) {
    return Optional.ofNullable(byTensor.get(tensor.identity()));
  }

  /** How many tensors have a gradient. */
  public int size() {
    return byTensor.size();
  }

  /** Calls with each tensor and its gradient. */
  public void forEach(BiConsumer<Tensor, Tensor> action) {
    byTensor.forEach(action);
  }

  @Override
  public Iterator<Entry> iterator() {
    return byTensor.entrySet().stream().map(e -> new Entry(e.getKey(), e.getValue())).iterator();
  }

  /** The Euclidean norm of all gradients taken as one vector; a 0-d tensor. */
  public Tensor globalNorm() {
    return globalNorm(2);
  }

  /**
   * The p-norm of all gradients taken as one vector; a 0-d tensor.
   *
   * @param p positive, also infinity
   */
  public Tensor globalNorm(double p) {
    if (byTensor.isEmpty()) {
      return Tensor.scalar(0);
    }
    Tensor[] norms = byTensor.values().stream().map(g -> g.norm(p, false)).toArray(Tensor[]::new);
    return norms.length == 1 ? norms[0] : Tensor.stack(0, norms).norm(p, false);
  }

  /**
   * The gradients scaled by {@code min(1, max / (norm + 1e-6))}, as PyTorch's {@code
   * clip_grad_norm_}: their global norm is then at most {@code max}.
   */
  public Gradients clipByNorm(double max) {
    return clipByNorm(max, 2);
  }

  /**
   * As {@link #clipByNorm(double)} by another norm.
   *
   * @param p positive, also infinity
   */
  public Gradients clipByNorm(double max, double p) {
    Tensor scale = globalNorm(p).add(1e-6).rdiv(max).minimum(1.0);
    return map(g -> g.mul(scale.to(g.dtype())));
  }

  /** The gradients with each element limited to {@code [-max, max]}. */
  public Gradients clipByValue(double max) {
    return map(g -> g.maximum(-max).minimum(max));
  }

  /** The gradients changed one by one; a result must have its argument's shape. */
  public Gradients map(Function<Tensor, Tensor> change) {
    Map<Tensor, Tensor> out = new LinkedHashMap<>();
    byTensor.forEach((t, g) -> out.put(t, change.apply(g)));
    return new Gradients(out);
  }

  /**
   * Compares the gradients of a function with central differences; the defaults of {@link
   * GradientCheck}.
   *
   * @param function pure; of float64 tensors (others are passed as they are)
   * @throws GatunException naming the input element, what the tape gives and what it should be
   */
  public static void check(Function<Tensor[], Tensor> function, Tensor... inputs) {
    GradientCheck.of(function).check(inputs);
  }
}
