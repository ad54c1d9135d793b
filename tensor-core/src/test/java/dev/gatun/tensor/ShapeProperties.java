package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ShapeProperties {

  private static Shape shape(Random random) {
    long[] d = new long[random.nextInt(5)];
    Arrays.setAll(d, i -> random.nextInt(3) == 0 ? 1 : random.nextInt(4));
    return Shape.of(d);
  }

  /** Some axes made 1 and leading ones dropped. */
  private static Shape reduced(Shape s, Random random) {
    long[] d = Arrays.stream(s.toArray()).map(n -> random.nextInt(3) == 0 ? 1 : n).toArray();
    return Shape.of(Arrays.copyOfRange(d, random.nextInt(d.length + 1), d.length));
  }

  @Property(tries = 500)
  void broadcastingIsNumpysRule(@ForAll long seed) {
    Random random = new Random(seed);
    Shape a = shape(random);
    Shape b = random.nextBoolean() ? reduced(a, random) : shape(random);
    int rank = Math.max(a.rank(), b.rank());
    long[] want = new long[rank];
    boolean fits = true;
    for (int i = 1; i <= rank; i++) {
      long x = i <= a.rank() ? a.size(-i) : 1;
      long y = i <= b.rank() ? b.size(-i) : 1;
      fits &= x == y || x == 1 || y == 1;
      want[rank - i] = x == 1 ? y : x;
    }
    if (fits) {
      assertThat(Shape.broadcast(a, b)).isEqualTo(Shape.of(want));
      assertThat(Shape.broadcast(b, a)).isEqualTo(Shape.of(want));
    } else {
      assertThatThrownBy(() -> Shape.broadcast(a, b))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("Shapes " + a + " and " + b + " do not broadcast");
    }
  }

  /** Sums of broadcast operands against the sum of each pair of elements. */
  @Property(tries = 200)
  void arithmeticPairsTheRightElements(@ForAll long seed) {
    Random random = new Random(seed);
    Shape s = shape(random);
    Shape a = reduced(s, random);
    Shape b = reduced(s, random);
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.arange(a.numel()).reshape(a);
      Tensor y = Tensor.arange(b.numel()).mul(100).reshape(b);
      Shape c = Shape.broadcast(a, b);
      long[] want = new long[(int) c.numel()];
      for (int i = 0; i < want.length; i++) {
        want[i] = linear(i, c, a) + 100 * linear(i, c, b);
      }
      Tensor sum = x.add(y);
      assertThat(sum.shape()).isEqualTo(c);
      assertThat(sum.toLongArray()).containsExactly(want);
    }
  }

  /** The row-major number, in an operand, of what stands at a place of the result. */
  private static long linear(long i, Shape of, Shape in) {
    long out = 0;
    long scale = 1;
    for (int k = 1; k <= of.rank(); k++) {
      long at = i % of.size(-k);
      i /= of.size(-k);
      if (k <= in.rank()) {
        out += (in.size(-k) == 1 ? 0 : at) * scale;
        scale *= in.size(-k);
      }
    }
    return out;
  }

  @Property(tries = 200)
  void axesCountFromBothEnds(@ForAll long seed) {
    Shape s = shape(new Random(seed));
    for (int a = 0; a < s.rank(); a++) {
      assertThat(s.axis(a - s.rank())).isEqualTo(a);
      assertThat(s.size(a - s.rank())).isEqualTo(s.size(a));
      assertThat(s.without(a).insert(a, s.size(a))).isEqualTo(s);
      assertThat(s.slice(0, a).concat(s.slice(a, s.rank()))).isEqualTo(s);
    }
    int beyond = Math.max(1, s.rank());
    assertThatThrownBy(() -> s.axis(beyond)).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> s.axis(-beyond - 1)).isInstanceOf(ShapeException.class);
  }

  @Example
  void impossibleShapes() {
    assertThatThrownBy(() -> Shape.of(2, -1)).hasMessage("Negative size in shape [2, -1]");
    assertThatThrownBy(() -> Shape.of(1L << 40, 1L << 40)).hasMessageContaining("more than 2^63");
    assertThatThrownBy(() -> Shape.scalar().size(0)).hasMessage("Shape [] has no axis 0");
    assertThat(Shape.scalar().numel()).isEqualTo(1);
  }
}
