package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolingTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static int[] of(int... values) {
    return values;
  }

  private static Tensor line(double... values) {
    return Tensor.of(values, Shape.of(1, 1, values.length));
  }

  @Test
  void maxPoolTellsWhereTheGreatestWere() {
    Tensor x = Tensor.of(new double[] {1, 5, 2, 0, 9, 5, 3, 4, 4, 8, 7, 6}, Shape.of(1, 1, 3, 4));
    var y = Pooling.maxPool(x, 2, of(2), of(1), of(0), of(1), false);
    assertThat(y.values().toDoubleArray()).containsExactly(9, 5, 4, 9, 8, 7);
    assertThat(y.indices().toLongArray()).containsExactly(4, 1, 7, 4, 9, 10);
    assertThat(y.values().shape()).isEqualTo(Shape.of(1, 1, 2, 3));
  }

  @Test
  void paddingNeverWinsAndAnEmptyStrideIsTheKernels() {
    var y = Pooling.maxPool(line(-5, -6, -7, -8), 1, of(2), of(), of(1), of(1), false);
    assertThat(y.values().toDoubleArray()).containsExactly(-5, -6, -8);
  }

  @Test
  void ceilModeAddsWindowsThatStartInside() {
    Tensor x = line(1, 2, 3, 4, 5);
    assertThat(Pooling.maxPool(x, 1, of(2), of(2), of(0), of(1), true).values().toDoubleArray())
        .containsExactly(2, 4, 5);
    assertThat(Pooling.avgPool(x, 1, of(2), of(2), of(0), true, true, 0).toDoubleArray())
        .containsExactly(1.5, 3.5, 5);
    // The last window would start in the padding after the end.
    assertThat(
            Pooling.avgPool(line(1, 2, 3), 1, of(2), of(2), of(1), true, true, 0).toDoubleArray())
        .containsExactly(0.5, 2.5);
  }

  @Test
  void avgPoolCountsPaddingOrNotOrDividesByAGivenNumber() {
    Tensor x = line(2, 4, 6);
    assertThat(Pooling.avgPool(x, 1, of(2), of(1), of(1), false, true, 0).toDoubleArray())
        .containsExactly(1, 3, 5, 3);
    assertThat(Pooling.avgPool(x, 1, of(2), of(1), of(1), false, false, 0).toDoubleArray())
        .containsExactly(2, 3, 5, 6);
    assertThat(Pooling.avgPool(x, 1, of(2), of(1), of(1), false, true, 4).toDoubleArray())
        .containsExactly(0.5, 1.5, 2.5, 1.5);
  }

  @Test
  void lpPoolIsTheNormOfEachWindow() {
    assertThat(Pooling.lpPool1d(line(3, 4, 5, 12), 2, 2, 2, false).toDoubleArray())
        .containsExactly(new double[] {5, 13}, within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({"7, 5, 3, 2", "6, 4, 3, 2", "5, 5, 7, 1", "4, 9, 1, 1", "3, 8, 3, 5"})
  void adaptivePoolsBinsThatCoverTheInput(int h, int w, int outH, int outW) {
    Tensor x = Naive.random(1, 2, 3, h, w);
    double[] xs = x.toDoubleArray();
    double[] mean = new double[6 * outH * outW];
    double[] max = new double[mean.length];
    long[] where = new long[mean.length];
    for (int o = 0; o < mean.length; o++) {
      int i = o / outW % outH;
      int j = o % outW;
      int count = 0;
      max[o] = Double.NEGATIVE_INFINITY;
      for (int r = i * h / outH; r < Math.ceilDiv((i + 1) * h, outH); r++) {
        for (int c = j * w / outW; c < Math.ceilDiv((j + 1) * w, outW); c++) {
          double v = xs[o / (outH * outW) * h * w + r * w + c];
          mean[o] += v;
          count++;
          if (v > max[o]) {
            max[o] = v;
            where[o] = (long) r * w + c;
          }
        }
      }
      mean[o] /= count;
    }
    assertThat(Pooling.adaptiveAvgPool2d(x, outH, outW).toDoubleArray())
        .containsExactly(mean, within(1e-12));
    var pooled = Pooling.adaptiveMaxPool2d(x, outH, outW);
    assertThat(pooled.values().toDoubleArray()).containsExactly(max);
    assertThat(pooled.indices().toLongArray()).containsExactly(where);
  }

  @Test
  void adaptiveMeansKeepInfinitiesInTheirBins() {
    Tensor x = line(1, 2, 3, Double.POSITIVE_INFINITY, 4);
    assertThat(Pooling.adaptiveAvgPool1d(x, 3).toDoubleArray())
        .containsExactly(1.5, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
  }

  @Test
  void maxUnpoolPutsTheGreatestBack() {
    Tensor x = line(1, 9, 3, 4, 8, 0);
    var pooled = Pooling.maxPool(x, 1, of(2), of(2), of(0), of(1), false);
    assertThat(Pooling.maxUnpool(pooled.values(), pooled.indices(), 6).toDoubleArray())
        .containsExactly(0, 9, 0, 4, 8, 0);
    assertThatThrownBy(() -> Pooling.maxUnpool(pooled.values(), pooled.indices().squeeze(0), 6))
        .isInstanceOf(ShapeException.class)
        .hasMessage("maxUnpool needs values and indices of one shape, got [1, 1, 3] and [1, 3]");
  }

  @Test
  void wrongShapesAreNamed() {
    Tensor x = Naive.random(1, 1, 2, 4, 4);
    assertThatThrownBy(() -> Pooling.maxPool2d(x, 2, 2, 2))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("padding of at most half the window");
    assertThatThrownBy(() -> Pooling.avgPool1d(x, 2, 2, 0))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("expects an input of rank 3 [N, C, spatial...] or 2");
    assertThatThrownBy(() -> Pooling.adaptiveAvgPool2d(x, 1, 2, 3))
        .isInstanceOf(ShapeException.class)
        .hasMessage("adaptiveAvgPool expects 1 or 2 numbers as output size, got [1, 2, 3]");
    assertThatThrownBy(() -> Pooling.adaptiveMaxPool2d(x, 0))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("needs positive sizes");
  }
}
