package dev.gatun.nn.data;

import java.util.function.UnaryOperator;

/** A fixed number of examples that can be had in any order. Implementations are thread-safe. */
public interface Dataset {

  /** The number of examples. */
  long size();

  /**
   * A new batch of the examples with these numbers, in this order. The caller closes it.
   *
   * @throws IndexOutOfBoundsException when a number is not from 0 to size - 1
   */
  Batch get(long... indices);

  /** Batches of {@code n} examples, in order. */
  default DataLoader batches(int n) {
    return DataLoader.of(this).batches(n);
  }

  /** A loader that shuffles anew for each pass, by the seed. */
  default DataLoader shuffle(long seed) {
    return DataLoader.of(this).shuffle(seed);
  }

  /**
   * This data set with each batch changed, for example normalised or augmented. The function runs
   * in a scope: what it makes in between is freed; if it makes new tensors the old ones are closed.
   */
  default Dataset map(UnaryOperator<Batch> change) {
    return new MappedDataset(this, change);
  }

  /** The examples from number {@code from} to before {@code to}. */
  default Dataset range(long from, long to) {
    return new RangeDataset(this, from, to);
  }
}
