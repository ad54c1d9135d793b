package dev.gatun.nn.data;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import java.util.Objects;

/**
 * Examples held in two tensors along their first axis. It has handles of its own, outside all
 * scopes, which {@link #close()} frees. Thread-safe.
 */
public final class TensorDataset implements Dataset, AutoCloseable {
  private final Tensor inputs;
  private final Tensor targets;

  private TensorDataset(Tensor inputs, Tensor targets) {
    this.inputs = inputs;
    this.targets = targets;
  }

  /**
   * A data set of inputs [n, ...] and targets [n, ...]; they share memory with the arguments, which
   * may be closed.
   *
   * @throws ShapeException when the first axes differ
   */
  public static TensorDataset of(Tensor inputs, Tensor targets) {
    if (inputs.rank() == 0 || targets.rank() == 0 || inputs.size(0) != targets.size(0)) {
      throw new ShapeException(
          "A data set needs inputs and targets with one first axis, got "
              + inputs.shape()
              + " and "
              + targets.shape());
    }
    return Scope.outside(() -> new TensorDataset(inputs.detach(), targets.detach()));
  }

  @Override
  public long size() {
    return inputs.size(0);
  }

  /** [n, ...]. */
  public Tensor inputs() {
    return inputs;
  }

  /** [n, ...]. */
  public Tensor targets() {
    return targets;
  }

  @Override
  public Batch get(long... indices) {
    for (long i : indices) {
      Objects.checkIndex(i, size());
    }
    try (Scope scope = Scope.open()) {
      Tensor index = Tensor.of(indices, Shape.of(indices.length));
      return scope.keep(new Batch(pick(inputs, index), pick(targets, index)));
    }
  }

  private static Tensor pick(Tensor all, Tensor index) {
    return all.indexSelect(0, index.to(all.device()).to(DType.INT64));
  }

  /** Frees the tensors. Idempotent. */
  @Override
  public void close() {
    inputs.close();
    targets.close();
  }
}
