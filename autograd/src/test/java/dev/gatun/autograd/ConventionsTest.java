package dev.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ScanKind;
import dev.gatun.tensor.op.ScatterKind;
import dev.gatun.tensor.op.Window;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Gradients at kinks, ties and limits, where PyTorch has decided; its values are the expected ones.
 */
final class ConventionsTest {
  private static double[] gradient(UnaryOperator<Tensor> f, Tensor x) {
    return gradients(in -> f.apply(in[0]), x)[0];
  }

  /** The gradients of the sum of the result. */
  private static double[][] gradients(Function<Tensor[], Tensor> f, Tensor... inputs) {
    try (Scope _ = Scope.open();
        Tape tape = Tape.record()) {
      for (Tensor t : inputs) {
        t.requiresGrad(t.dtype().isFloat());
      }
      Gradients g = tape.gradients(f.apply(inputs).sum());
      double[][] out = new double[inputs.length][];
      for (int i = 0; i < out.length; i++) {
        out[i] = g.find(inputs[i]).map(Tensor::toDoubleArray).orElse(new double[0]);
      }
      return out;
    }
  }

  private static Tensor of(double... values) {
    return Scope.outside(() -> Tensor.of(values));
  }

  @Test
  void kinks() {
    assertThat(gradient(Tensor::relu, of(-1, 0, 1))).containsExactly(0, 0, 1);
    assertThat(gradient(Tensor::abs, of(-1, 0, 1))).containsExactly(-1, 0, 1);
    assertThat(gradient(x -> x.maximum(0.0).minimum(1.0), of(-1, 0, 0.5, 1, 2)))
        .containsExactly(0, 1, 1, 1, 0);
    assertThat(gradient(Tensor::sqrt, of(0))).containsExactly(Double.POSITIVE_INFINITY);
    assertThat(gradient(x -> x.pow(0.0), of(0, 2))).containsExactly(0, 0);
    assertThat(gradient(x -> x.pow(1.0), of(0, 2))).containsExactly(1, 1);
    assertThat(gradient(x -> x.pow(2.0), of(0, 2))).containsExactly(0, 4);
    assertThat(gradient(x -> x.rpow(0), of(0, 2))).containsExactly(0, 0);
  }

  @Test
  void piecewiseConstantFunctionsGiveZeros() {
    for (UnaryOperator<Tensor> f :
        java.util.List.<UnaryOperator<Tensor>>of(
            Tensor::sign, Tensor::floor, Tensor::ceil, Tensor::round, Tensor::trunc)) {
      assertThat(gradient(f, of(-1.5, 0, 2))).containsExactly(0, 0, 0);
    }
    assertThat(gradients(in -> in[0].floorDiv(in[1]), of(7), of(2)))
        .isDeepEqualTo(new double[][] {{0}, {0}});
  }

  @Test
  void tiesOfTwo() {
    assertThat(gradients(in -> in[0].maximum(in[1]), of(1, 2, 3), of(1, 3, 2)))
        .isDeepEqualTo(new double[][] {{0.5, 0, 1}, {0.5, 1, 0}});
    assertThat(gradients(in -> in[0].minimum(in[1]), of(1, 2, 3), of(1, 3, 2)))
        .isDeepEqualTo(new double[][] {{0.5, 1, 0}, {0.5, 0, 1}});
  }

  @Test
  void tiesOfMany() {
    assertThat(gradient(x -> x.amax(0), of(2, 1, 2, 2)))
        .containsExactly(1 / 3.0, 0, 1 / 3.0, 1 / 3.0);
    assertThat(gradient(x -> x.amin(0), of(2, 1, 1, 2))).containsExactly(0, 0.5, 0.5, 0);
    assertThat(gradient(x -> x.sort(0, false).values().narrow(0, 0, 1), of(2, 1, 1)))
        .containsExactly(0, 1, 0);
  }

  @Test
  void cumulativeTiesGoToTheLatest() {
    var max = new Primitive.Scan(ScanKind.MAX, 0, false);
    assertThat(gradient(x -> x.apply(max), of(1, 3, 3, 2))).containsExactly(1, 1, 2, 0);
    var min = new Primitive.Scan(ScanKind.MIN, 0, true);
    assertThat(gradient(x -> x.apply(min), of(2, 1, 1, 3))).containsExactly(0, 2, 1, 1);
  }

  @Test
  void productsWithZeros() {
    assertThat(gradient(x -> x.prod(), of(2, 3, 4))).containsExactly(12, 8, 6);
    assertThat(gradient(x -> x.prod(), of(2, 0, 4))).containsExactly(0, 8, 0);
    assertThat(gradient(x -> x.prod(), of(2, 0, 0))).containsExactly(0, 0, 0);
    assertThat(gradient(x -> x.cumprod(0), of(2, 0, 4))).containsExactly(1, 2 + 8, 0);
    assertThat(gradient(x -> x.cumprod(0), of(0, 0, 4))).containsExactly(1, 0, 0);
  }

  @Test
  void scatterTies() {
    Tensor index = Scope.outside(() -> Tensor.of(0L, 0, 1));
    var ties =
        gradients(
            in -> in[0].scatter(0, in[1], in[2], ScatterKind.MAX), of(3, 5), index, of(3, 3, 4));
    assertThat(ties[0]).containsExactly(1 / 3.0, 1);
    assertThat(ties[2]).containsExactly(1 / 3.0, 1 / 3.0, 0);
    var product =
        gradients(
            in -> in[0].scatter(0, in[1], in[2], ScatterKind.MUL), of(3, 5), index, of(0, 2, 0));
    assertThat(product[0]).containsExactly(0, 0);
    assertThat(product[2]).containsExactly(6, 0, 5);
  }

  @Test
  void maxPoolTakesTheFirstOfEquals() {
    Dims two = Dims.of(2, 2);
    Dims none = Dims.of(0, 0);
    var pool = new Primitive.MaxPool(new Window(two, two, none, none, Dims.of(1, 1)));
    Tensor x = Scope.outside(() -> Tensor.of(new double[] {1, 2, 2, 0}, Shape.of(1, 1, 2, 2)));
    assertThat(gradient(t -> Engine.call(pool, t), x)).containsExactly(0, 1, 0, 0);
  }

  @Test
  void castsKeepTheInputsDtype() {
    Tensor x = of(1.5, 2.5);
    try (Scope _ = Scope.open();
        Tape tape = Tape.record()) {
      Tensor y = x.requiresGrad(true).to(DType.FLOAT16).mul(3.0).to(DType.FLOAT32).sum();
      Tensor g = tape.gradients(y).get(x);
      assertThat(g.dtype()).isEqualTo(DType.FLOAT64);
      assertThat(g.toDoubleArray()).containsExactly(3, 3);
      assertThat(x.to(DType.INT64).requiresGrad()).isFalse();
    }
  }

  @Test
  void gradientsAreDense() {
    Tensor w = of(1, 2, 3).requiresGrad(true);
    try (Scope _ = Scope.open();
        Tape tape = Tape.record()) {
      assertThat(tape.gradients(w.sum()).get(w).isContiguous()).isTrue();
    }
  }
}
