package dev.gatun.nn.data;

import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Tensor;
import java.util.function.UnaryOperator;

/** A data set whose batches pass a function. */
record MappedDataset(Dataset source, UnaryOperator<Batch> change) implements Dataset {
  @Override
  public long size() {
    return source.size();
  }

  @Override
  public Batch get(long... indices) {
    try (Scope scope = Scope.open()) {
      Batch before = source.get(indices);
      Batch after = change.apply(before);
      for (Tensor t : new Tensor[] {after.input(), after.target()}) {
        if (scope.owns(t)) {
          scope.keep(t);
        }
      }
      return after;
    }
  }
}
