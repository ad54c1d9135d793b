package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CreationTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void nestedArrays() {
    Tensor x = Tensor.of(new float[][][] {{{1, 2}}, {{3, 4}}, {{5, 6}}});
    assertThat(x.type().toString()).contains("float32");
    assertThat(x.shape()).isEqualTo(Shape.of(3, 1, 2));
    assertThat(x.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(Tensor.of(new double[][] {{1}, {2}}).dtype()).isEqualTo(DType.FLOAT64);
    assertThat(Tensor.of(new long[][] {{1}, {2}}).dtype()).isEqualTo(DType.INT64);
    assertThat(Tensor.of(new boolean[][] {{true}, {false}}).toBooleanArray())
        .containsExactly(true, false);
    assertThat(Tensor.of(new int[][] {{}, {}}).shape()).isEqualTo(Shape.of(2, 0));
    assertThatThrownBy(() -> Tensor.of(new int[][] {{1, 2}, {3}}))
        .isInstanceOf(ShapeException.class)
        .hasMessage("Nested arrays must be rectangular: a row of axis 1 has length 1, expected 2");
    assertThatThrownBy(() -> Tensor.of(new String[] {"a"}))
        .isInstanceOf(DTypeException.class)
        .hasMessage("A tensor needs arrays of numbers or booleans, got java.lang.String");
  }

  @Test
  void buffersInEitherByteOrder() {
    assertThat(Tensor.of(FloatBuffer.wrap(new float[] {1, 2}), Shape.of(2)).toFloatArray())
        .containsExactly(1, 2);
    for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
      var longs = ByteBuffer.allocateDirect(24).order(order).asLongBuffer().put(0, 1).put(2, 3);
      longs.position(1);
      assertThat(Tensor.of(longs, Shape.of(1, 2)).toLongArray()).containsExactly(0, 3);
      assertThat(longs.position()).isEqualTo(1);
    }
    assertThatThrownBy(() -> Tensor.of(FloatBuffer.allocate(3), Shape.of(2)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("Shape [2] of float32 needs 8 bytes, got 12");
  }

  @Test
  void ranges() {
    assertThat(Tensor.arange(2, 8, 3).toLongArray()).containsExactly(2, 5);
    assertThat(Tensor.arange(5, 0, -2).toLongArray()).containsExactly(5, 3, 1);
    assertThat(Tensor.arange(0, 5, -1).numel()).isZero();
    assertThat(Tensor.arange(3, 5).dtype()).isEqualTo(DType.INT64);
    assertThat(Tensor.arange(0.0, 1.0, 0.25).toFloatArray()).containsExactly(0, .25f, .5f, .75f);
    long big = (1L << 53) + 1;
    assertThat(Tensor.arange(big, big + 3, 1).toLongArray()).containsExactly(big, big + 1, big + 2);
    assertThatThrownBy(() -> Tensor.arange(0, 1, 0)).hasMessageContaining("a step other than 0");
    assertThatThrownBy(() -> Tensor.arange(0, Double.NaN, 1)).hasMessageContaining("finite bounds");
  }

  @Test
  void spacesEndExactly() {
    double[] x = Tensor.linspace(0.1, 0.7, 7, DType.FLOAT64, Gatun.defaultDevice()).toDoubleArray();
    assertThat(x[0]).isEqualTo(0.1);
    assertThat(x[6]).isEqualTo(0.7);
    assertThat(x[3]).isCloseTo(0.4, within(1e-15));
    assertThat(Tensor.linspace(3, 9, 1).toFloatArray()).containsExactly(3);
    assertThat(Tensor.linspace(3, 9, 0).numel()).isZero();
    assertThat(Tensor.logspace(0, 3, 4, 10).toFloatArray()).containsExactly(1, 10, 100, 1000);
    assertThat(Tensor.eye(2, 3).toText()).isEqualTo("[[1. 0. 0.]\n [0. 1. 0.]]");
    assertThatThrownBy(() -> Tensor.linspace(0, 1, -1)).hasMessageContaining("at least 0");
  }

  /** Against the sums by which the windows are defined. */
  @Test
  void windows() {
    for (boolean periodic : new boolean[] {true, false}) {
      int n = 7;
      double[] hann = Windows.hann(n, periodic).toDoubleArray();
      double[] hamming = Windows.hamming(n, periodic).toDoubleArray();
      double[] blackman = Windows.blackman(n, periodic).toDoubleArray();
      double[] bartlett = Windows.bartlett(n, periodic).toDoubleArray();
      for (int k = 0; k < n; k++) {
        double p = (double) k / (periodic ? n : n - 1);
        double c1 = Math.cos(2 * Math.PI * p);
        double c2 = Math.cos(4 * Math.PI * p);
        assertThat(hann[k]).isCloseTo(0.5 - 0.5 * c1, within(1e-7));
        assertThat(hamming[k]).isCloseTo(0.54 - 0.46 * c1, within(1e-7));
        assertThat(blackman[k]).isCloseTo(0.42 - 0.5 * c1 + 0.08 * c2, within(1e-7));
        assertThat(bartlett[k]).isCloseTo(1 - Math.abs(2 * p - 1), within(1e-7));
      }
    }
    assertThat(Windows.hann(1, false).toFloatArray()).containsExactly(1);
    assertThat(Windows.blackman(0, true).numel()).isZero();
    assertThatThrownBy(() -> Windows.hann(-1, true)).hasMessageContaining("at least 0, got -1");
  }
}
