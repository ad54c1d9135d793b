package dev.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

final class ShapesProperties {
  /** Summing ones over what was broadcast counts how often each element was repeated. */
  @Property(tries = 200)
  void sumToCountsRepetitions(
      @ForAll @Size(max = 4) int[] raw,
      @ForAll @IntRange(max = 15) int ones,
      @ForAll boolean lead) {
    long[] big = Arrays.stream(raw).mapToLong(i -> Math.floorMod(i, 4)).toArray();
    int from = lead && big.length > 0 ? 1 : 0;
    long[] small = Arrays.copyOfRange(big, from, big.length);
    for (int i = 0; i < small.length; i++) {
      small[i] = (ones >> i & 1) != 0 ? 1 : small[i];
    }
    Shape target = Shape.of(small);
    Shape whole = Shape.broadcast(Shape.of(big), target);
    try (Scope _ = Scope.open()) {
      Tensor sum = Shapes.sumTo(Tensor.ones(whole), target);
      assertThat(sum.shape()).isEqualTo(target);
      if (target.numel() > 0) {
        float times = (float) whole.numel() / target.numel();
        assertThat(sum.toFloatArray()).containsOnly(times);
      }
    }
  }
}
