package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SamplingTest {
  private static final int N = 20_000;

  private Scope scope;
  private Generator generator;

  @BeforeEach
  void open() {
    scope = Scope.open();
    generator = new Generator(1);
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static Device device() {
    return Gatun.defaultDevice();
  }

  @Test
  void aSeedGivesTheSameNumbersOnEveryDevice() {
    Function<Device, double[]> draw =
        d -> {
          Generator g = new Generator(7);
          Tensor ints = Sampling.randint(-5, 1000, Shape.of(30), DType.INT64, d, g);
          Tensor order = Sampling.randperm(30, d, g);
          Tensor uniform = Sampling.uniform(Shape.of(30), 2, 4, DType.FLOAT64, d, g);
          Tensor coins = Sampling.bernoulli(Shape.of(30), 0.4, DType.FLOAT32, d, g);
          Tensor weights = Tensor.ones(Shape.of(30), DType.FLOAT32, d);
          Tensor picks = Sampling.multinomial(weights, 5, true, g);
          return Tensor.concat(0, ints, order, uniform, coins, picks).toDoubleArray();
        };
    double[] first = draw.apply(device());
    assertThat(draw.apply(device())).containsExactly(first);
    assertThat(draw.apply(Device.of("scalar"))).containsExactly(first);
    assertThat(Tensor.randn(Shape.of(3), 5).equal(Tensor.randn(Shape.of(3), 5))).isTrue();
    assertThat(Tensor.rand(Shape.of(3), 5).equal(Tensor.rand(Shape.of(3), 6))).isFalse();
  }

  @Test
  void momentsAreRight() {
    Tensor u = Sampling.uniform(Shape.of(N), -1, 3, DType.FLOAT32, device(), generator);
    assertThat(u.mean().item()).isCloseTo(1, within(0.05));
    assertThat(u.var().item()).isCloseTo(16 / 12.0, within(0.05));
    assertThat(u.amin().item()).isGreaterThanOrEqualTo(-1);
    assertThat(u.amax().item()).isLessThan(3);
    Tensor n = Sampling.normal(Shape.of(N), 5, 2, DType.FLOAT32, device(), generator);
    assertThat(n.mean().item()).isCloseTo(5, within(0.08));
    assertThat(n.std().item()).isCloseTo(2, within(0.05));
    Tensor e = Sampling.exponential(Shape.of(N), 4, DType.FLOAT32, device(), generator);
    assertThat(e.mean().item()).isCloseTo(0.25, within(0.01));
    Tensor p = Tensor.of(0.0, 0.3, 1.0).unsqueeze(1).expand(3, N);
    double[] rates = Sampling.bernoulli(p, generator).mean(1).toDoubleArray();
    assertThat(rates).containsExactly(new double[] {0, 0.3, 1}, within(0.015));
  }

  @Test
  void integersAreEquallyLikely() {
    Tensor x = Sampling.randint(-3, 4, Shape.of(7 * N), DType.INT32, device(), generator);
    assertThat(x.dtype()).isEqualTo(DType.INT32);
    long[] counts = Histograms.bincount(x.add(3), 7).toLongArray();
    assertThat(counts).hasSize(7);
    // The spread of a fair count is sqrt(20,000 * 6 / 7), so this is 5 of it.
    assertThat(Arrays.stream(counts).boxed())
        .allSatisfy(c -> assertThat(c).isCloseTo(N, within(660L)));
  }

  @Test
  void wideRangesReachAllBits() {
    long high = Long.MAX_VALUE;
    long[] x =
        Sampling.randint(0, high, Shape.of(N), DType.INT64, device(), generator).toLongArray();
    assertThat(Arrays.stream(x).boxed()).allMatch(v -> v >= 0 && v < high);
    double mean = Arrays.stream(x).mapToDouble(v -> v / (double) high).average().orElse(0);
    assertThat(mean).isCloseTo(0.5, within(0.01));
    for (int bit = 0; bit < 63; bit++) {
      int b = bit;
      long ones = Arrays.stream(x).filter(v -> (v >>> b & 1) != 0).count();
      assertThat(ones).as("bit " + bit).isCloseTo(N / 2, within(400L));
    }
    long[] odd =
        Sampling.randint(0, (1L << 32) + 1, Shape.of(100), DType.INT64, device(), generator)
            .toLongArray();
    assertThat(Arrays.stream(odd).boxed()).allMatch(v -> v >= 0 && v <= 1L << 32);
  }

  /** The wide product against exact arithmetic, on the random words that were used. */
  @Test
  void aRangeIsScaledExactly() {
    for (long range :
        new long[] {3, 1L << 31, (1L << 32) - 1, (1L << 40) + 12345, (1L << 62) + 1}) {
      Tensor words =
          Tensor.random(
              dev.gatun.tensor.op.Distribution.BITS,
              Shape.of(40),
              DType.INT32,
              device(),
              new Generator(3));
      int[] w = words.toIntArray();
      long[] x =
          Sampling.randint(0, range, Shape.of(20), DType.INT64, device(), new Generator(3))
              .toLongArray();
      for (int i = 0; i < 20; i++) {
        var bits =
            java.math.BigInteger.valueOf(w[i] & 0xffffffffL)
                .shiftLeft(32)
                .add(java.math.BigInteger.valueOf(w[20 + i] & 0xffffffffL));
        var want = bits.multiply(java.math.BigInteger.valueOf(range)).shiftRight(64);
        assertThat(x[i]).isEqualTo(want.longValueExact());
      }
    }
  }

  @Test
  void permutationsAreWholeAndUnbiased() {
    long[] p = Sampling.randperm(1000, device(), generator).toLongArray();
    assertThat(Arrays.stream(p).sorted().toArray())
        .containsExactly(Tensor.arange(1000).toLongArray());
    long[] first = new long[4];
    for (int i = 0; i < 2000; i++) {
      try (Scope _ = Scope.open()) {
        first[(int) Sampling.randperm(4, device(), generator).toLongArray()[0]]++;
      }
    }
    assertThat(Arrays.stream(first).boxed())
        .allSatisfy(c -> assertThat(c).isCloseTo(500L, within(100L)));
    assertThat(Sampling.randperm(0).numel()).isZero();
  }

  @Test
  void multinomialFollowsTheWeights() {
    Tensor w = Tensor.of(new double[][] {{1, 0, 3, 0}, {0, 2, 0, 2}});
    Tensor drawn = Sampling.multinomial(w, N, true, generator);
    assertThat(drawn.shape()).isEqualTo(Shape.of(2, N));
    long[] a = Histograms.bincount(drawn.select(0, 0), 4).toLongArray();
    assertThat(a[0] / (double) N).isCloseTo(0.25, within(0.015));
    assertThat(a[1] + a[3]).isZero();
    long[] b = Histograms.bincount(drawn.select(0, 1), 4).toLongArray();
    assertThat(b[0] + b[2]).isZero();
    for (int i = 0; i < 50; i++) {
      assertThat(Sampling.multinomial(w, 2, false, generator).sort().values().toLongArray())
          .containsExactly(0, 2, 1, 3);
    }
    assertThat(Sampling.multinomial(Tensor.of(0f, 5f), 3, true).toLongArray())
        .containsExactly(1, 1, 1);
  }

  @Test
  void wrongArguments() {
    Shape s = Shape.of(2);
    assertThatThrownBy(() -> Sampling.randint(3, 3, s))
        .isInstanceOf(ShapeException.class)
        .hasMessage("randint needs low < high, got 3 and 3");
    assertThatThrownBy(() -> Sampling.randint(0, 300, s, DType.UINT8, device(), generator))
        .isInstanceOf(DTypeException.class)
        .hasMessage("randint from 0 to 299 does not fit dtype uint8");
    assertThatThrownBy(() -> Sampling.uniform(s, 2, 1)).hasMessageContaining("low <= high");
    assertThatThrownBy(() -> Sampling.normal(s, 0, -1)).hasMessageContaining("at least 0, got -1");
    assertThatThrownBy(() -> Sampling.bernoulli(s, 1.5))
        .hasMessageContaining("from 0 to 1, got 1.5");
    assertThatThrownBy(() -> Sampling.multinomial(Tensor.of(1f, -1f), 1, true))
        .hasMessage("multinomial needs finite weights of at least 0");
    assertThatThrownBy(() -> Sampling.multinomial(Tensor.of(1f, 0f), 2, false))
        .hasMessage("multinomial needs 2 weights above 0 in each row, got 1");
    assertThatThrownBy(() -> Sampling.multinomial(Tensor.of(0f, 0f), 1, true))
        .hasMessageContaining("needs 1 weights above 0");
  }
}
