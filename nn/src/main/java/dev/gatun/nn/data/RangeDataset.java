package dev.gatun.nn.data;

import java.util.Arrays;
import java.util.Objects;

/** Consecutive examples of another data set. */
record RangeDataset(Dataset source, long from, long to) implements Dataset {
  RangeDataset {
    Objects.checkFromToIndex(from, to, source.size());
  }

  @Override
  public long size() {
    return to - from;
  }

  @Override
  public Batch get(long... indices) {
    return source.get(
        Arrays.stream(indices).map(i -> from + Objects.checkIndex(i, size())).toArray());
  }
}
