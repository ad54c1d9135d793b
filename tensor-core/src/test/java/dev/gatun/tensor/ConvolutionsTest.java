package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConvolutionsTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static int[] ints(int value) {
    return new int[] {value};
  }

  /**
   * The definition: every output element is a sum over the channels of its group and the kernel.
   */
  private static double[] naive(
      Tensor x, Tensor w, double[] bias, int stride, int padding, int dilation, int groups) {
    int n = x.rank() - 2;
    long[] in = x.shape().toArray();
    long[] kernel = w.shape().toArray();
    long[] out = in.clone();
    out[1] = kernel[0];
    for (int i = 2; i < n + 2; i++) {
      out[i] = (in[i] + 2L * padding - dilation * (kernel[i] - 1) - 1) / stride + 1;
    }
    double[] xs = x.toDoubleArray();
    double[] ws = w.toDoubleArray();
    double[] y = new double[Math.toIntExact(Shape.of(out).numel())];
    long perGroup = out[1] / groups;
    for (int o = 0; o < y.length; o++) {
      long[] at = Naive.unravel(o, out);
      y[o] = bias[(int) at[1]];
      for (int e = 0; e < ws.length; e++) {
        long[] k = Naive.unravel(e, kernel);
        if (k[0] != at[1]) {
          continue;
        }
        long[] from = at.clone();
        from[1] = at[1] / perGroup * kernel[1] + k[1];
        for (int i = 2; i < n + 2; i++) {
          from[i] = at[i] * stride - padding + k[i] * dilation;
        }
        int p = Naive.ravel(from, in);
        y[o] += p < 0 ? 0 : xs[p] * ws[e];
      }
    }
    return y;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 0, 1, 1",
    "1, 2, 1, 2, 2",
    "2, 1, 1, 1, 1",
    "2, 2, 1, 1, 2",
    "2, 3, 2, 2, 1",
    "3, 2, 1, 1, 2"
  })
  void isTheDefinition(int axes, int stride, int padding, int dilation, int groups) {
    long[] shape = {2, 4, 7, 6, 5};
    long[] kernel = {6, 4 / groups, 3, 2, 2};
    Tensor x = Naive.random(1, Arrays.copyOf(shape, axes + 2));
    Tensor w = Naive.random(2, Arrays.copyOf(kernel, axes + 2));
    Tensor b = Naive.random(3, 6);
    Tensor y = Convolutions.conv(x, w, b, ints(stride), ints(padding), ints(dilation), groups);
    double[] want = naive(x, w, b.toDoubleArray(), stride, padding, dilation, groups);
    assertThat(y.toDoubleArray()).containsExactly(want, within(1e-12));
  }

  /** The transposed convolution is the adjoint: the sums of conv(x) y and of x convT(y) agree. */
  @ParameterizedTest
  @CsvSource({"1, 1, 0, 1, 1, 0", "2, 2, 1, 1, 2, 1", "2, 3, 2, 2, 1, 2", "3, 2, 1, 1, 2, 1"})
  void transposedIsTheAdjoint(
      int axes, int stride, int padding, int dilation, int groups, int outputPadding) {
    long[] y = {2, 6, 4, 3, 2};
    long[] kernel = {6, 4 / groups, 3, 3, 3};
    Tensor gy = Naive.random(1, Arrays.copyOf(y, axes + 2));
    Tensor w = Naive.random(2, Arrays.copyOf(kernel, axes + 2));
    Tensor back =
        Convolutions.convTranspose(
            gy, w, null, ints(stride), ints(padding), ints(outputPadding), groups, ints(dilation));
    for (int i = 2; i < axes + 2; i++) {
      long want =
          (y[i] - 1) * stride - 2L * padding + dilation * (kernel[i] - 1) + 1 + outputPadding;
      assertThat(back.size(i)).isEqualTo(want);
    }
    Tensor x = Naive.random(3, back.shape().toArray());
    Tensor forth =
        Convolutions.conv(x, w, null, ints(stride), ints(padding), ints(dilation), groups);
    assertThat(x.mul(back).sum().item()).isCloseTo(forth.mul(gy).sum().item(), within(1e-11));
  }

  @Test
  void anOutputPaddingUpToTheDilationAddsPlacesThatNoInputReaches() {
    Tensor x = Naive.random(1, 1, 1, 3);
    Tensor w = Naive.random(2, 1, 1, 2);
    Tensor full = Convolutions.convTranspose1d(x, w, null, 1, 0, 0, 1, 3);
    double[] y = Convolutions.convTranspose1d(x, w, null, 1, 1, 2, 1, 3).toDoubleArray();
    double[] want = Arrays.copyOf(Arrays.copyOfRange(full.toDoubleArray(), 1, 6), 6);
    assertThat(y).containsExactly(want, within(1e-15));
    assertThatThrownBy(() -> Convolutions.convTranspose1d(x, w, null, 2, 0, 3, 1, 3))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("needs an output padding less than stride [2] or dilation [3]");
  }

  @Test
  void sameKeepsTheSizeAndPadsTheOddPlaceAtTheEnd() {
    Tensor x = Tensor.of(new double[] {1, 2, 3}, Shape.of(1, 1, 3));
    Tensor w = Tensor.of(new double[] {1, 10}, Shape.of(1, 1, 2));
    assertThat(Convolutions.convSame(x, w, null, ints(1), 1).toDoubleArray())
        .containsExactly(21, 32, 3);
  }

  @Test
  void aSampleWithoutABatchGivesOneWithoutABatch() {
    Tensor x = Naive.random(1, 2, 5, 5);
    Tensor w = Naive.random(2, 3, 2, 3, 3);
    Tensor y = Convolutions.conv2d(x, w, null);
    assertThat(y.shape()).isEqualTo(Shape.of(3, 3, 3));
    assertThat(y.toDoubleArray())
        .containsExactly(Convolutions.conv2d(x.unsqueeze(0), w, null).toDoubleArray());
  }

  @Test
  void aProductWithUnfoldedColumnsIsTheConvolution() {
    Tensor x = Naive.random(1, 2, 3, 6, 5);
    Tensor w = Naive.random(2, 4, 3, 3, 2);
    Tensor columns =
        Convolutions.unfold(x, new int[] {3, 2}, new int[] {2, 1}, new int[] {1, 0}, ints(2));
    Tensor want = Convolutions.conv(x, w, null, new int[] {2, 1}, new int[] {1, 0}, ints(2), 1);
    Tensor y = w.reshape(4, -1).matmul(columns).reshape(want.shape());
    assertThat(y.toDoubleArray()).containsExactly(want.toDoubleArray(), within(1e-12));
  }

  @Test
  void foldSumsWhereWindowsOverlap() {
    Tensor ones = Tensor.ones(Shape.of(1, 4, 4));
    Tensor y =
        Convolutions.fold(ones, new long[] {3, 3}, new int[] {2, 2}, ints(1), ints(0), ints(1));
    assertThat(y.toFloatArray()).containsExactly(1, 2, 1, 2, 4, 2, 1, 2, 1);
    assertThatThrownBy(() ->
            Convolutions.fold(ones, new long[] {4, 3}, new int[] {2, 2}, ints(1), ints(0), ints(1)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("fold to [4, 3] expects [N, C * 4, 6], got shape [1, 4, 4]");
  }

  @Test
  void wrongShapesAreNamed() {
    Tensor x = Naive.random(1, 1, 3, 5, 5);
    assertThatThrownBy(() -> Convolutions.conv2d(x, Naive.random(2, 4, 2, 3, 3), null))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[1, 3, 5, 5] has 3 channels, weight [4, 2, 3, 3] expects 2");
    assertThatThrownBy(() -> Convolutions.conv2d(x, Naive.random(2, 4, 3, 3), null))
        .isInstanceOf(ShapeException.class)
        .hasMessage("conv2d expects a weight of rank 4, got shape [4, 3, 3]");
    assertThatThrownBy(
            () -> Convolutions.conv2d(x, Naive.random(2, 4, 3, 3, 3), Naive.random(3, 5)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("expects a bias of shape [4], got [5]");
    assertThatThrownBy(() -> Convolutions.conv1d(x, Naive.random(2, 4, 3, 3), null))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("expects an input of rank 3 [N, C, spatial...] or 2");
    assertThatThrownBy(() -> Convolutions.conv2d(x, Naive.random(2, 4, 3, 6, 3), null))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("Kernel extent 6 is greater than the padded input size 5");
  }
}
