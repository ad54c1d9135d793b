package dev.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.tensor.Activations;
import dev.gatun.tensor.Attention;
import dev.gatun.tensor.Convolutions;
import dev.gatun.tensor.Embeddings;
import dev.gatun.tensor.GridSampling;
import dev.gatun.tensor.Interpolation;
import dev.gatun.tensor.Linalg;
import dev.gatun.tensor.Norms;
import dev.gatun.tensor.Pooling;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Special;
import dev.gatun.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The functions that are composed of ops, against central differences, and at their kinks. */
final class CompanionGradientsTest {
  record Named(String name, Function<Tensor[], Tensor> function, List<Shape> inputs) {
    Named(String name, Function<Tensor[], Tensor> function, Shape... inputs) {
      this(name, function, List.of(inputs));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static int[] i(int... values) {
    return values;
  }

  static List<Named> functions() {
    Shape image = Shape.of(2, 2, 5, 4);
    Tensor index = Tensor.of(new long[] {2, 0, 2, 1}, Shape.of(2, 2));
    return List.of(
        new Named("celu", in -> Activations.celu(in[0], 1.3), Shape.of(6)),
        new Named("softplus", in -> Activations.softplus(in[0], 2, 20), Shape.of(6)),
        new Named("logSigmoid", in -> Activations.logSigmoid(in[0]), Shape.of(6)),
        new Named("mish", in -> Activations.mish(in[0]), Shape.of(6)),
        new Named("glu", in -> Activations.glu(in[0], 0), Shape.of(6)),
        new Named("prelu", in -> Activations.prelu(in[0], in[1]), image, Shape.of(2)),
        new Named("sinc", in -> Special.sinc(in[0]), Shape.of(6)),
        new Named("logaddexp2", in -> Special.logaddexp2(in[0], in[1]), Shape.of(6), Shape.of(6)),
        new Named("hypot", in -> Special.hypot(in[0], in[1]), Shape.of(6), Shape.of(6)),
        new Named(
            "convTranspose",
            in -> Convolutions.convTranspose(in[0], in[1], in[2], i(2), i(1), i(1), 2, i(1)),
            Shape.of(1, 2, 3, 3),
            Shape.of(2, 2, 3, 3),
            Shape.of(4)),
        new Named(
            "unfold", in -> Convolutions.unfold(in[0], i(2, 3), i(1), i(1), i(1)).square(), image),
        new Named(
            "fold",
            in -> Convolutions.fold(in[0], new long[] {3, 3}, i(2, 2), i(1), i(0), i(1)).square(),
            Shape.of(1, 4, 4)),
        new Named("adaptiveAvgPool", in -> Pooling.adaptiveAvgPool2d(in[0], 3, 3), image),
        new Named("adaptiveMaxPool", in -> Pooling.adaptiveMaxPool2d(in[0], 3).values(), image),
        new Named("lpPool", in -> Pooling.lpPool2d(in[0], 2, 2, 2, false), image),
        new Named(
            "linear interpolation",
            in ->
                Interpolation.interpolate(
                    in[0], new long[] {7, 3}, Interpolation.Mode.LINEAR, false),
            image),
        new Named(
            "cubic interpolation",
            in ->
                Interpolation.interpolate(in[0], new long[] {7, 3}, Interpolation.Mode.CUBIC, true),
            image),
        new Named(
            "linear samples",
            in ->
                GridSampling.gridSample(
                    in[0], in[1], GridSampling.Mode.LINEAR, GridSampling.Padding.REFLECTION, false),
            image,
            Shape.of(2, 3, 2, 2)),
        new Named(
            "cubic samples",
            in ->
                GridSampling.gridSample(
                    in[0], in[1], GridSampling.Mode.CUBIC, GridSampling.Padding.ZEROS, true),
            image,
            Shape.of(2, 3, 2, 2)),
        new Named(
            "groupNorm",
            in -> Norms.groupNorm(in[0], 2, in[1], in[2], 1e-5),
            Shape.of(2, 4, 3),
            Shape.of(4),
            Shape.of(4)),
        new Named(
            "localResponseNorm", in -> Norms.localResponseNorm(in[0], 3, 0.3, 0.75, 2), image),
        new Named("normalize", in -> Norms.normalize(in[0], 2, 1, 1e-12), Shape.of(3, 4)),
        new Named("det", in -> Linalg.det(in[0]), Shape.of(2, 3, 3)),
        new Named(
            "einsum",
            in -> Linalg.einsum("bii,bj,jk->ki", in),
            Shape.of(2, 3, 3),
            Shape.of(2, 4),
            Shape.of(4, 2)),
        new Named("cdist", in -> Linalg.cdist(in[0], in[1], 2), Shape.of(3, 2), Shape.of(4, 2)),
        new Named(
            "cosineSimilarity",
            in -> Linalg.cosineSimilarity(in[0], in[1], 1, 1e-8),
            Shape.of(3, 4),
            Shape.of(3, 4)),
        new Named(
            "grouped attention",
            in -> Attention.scaledDotProductAttention(in[0], in[1], in[2], in[3], true, 0.4),
            Shape.of(2, 4, 3, 2),
            Shape.of(2, 2, 3, 2),
            Shape.of(2, 2, 3, 2),
            Shape.of(3, 3)),
        new Named(
            "rotaryEmbedding",
            in -> Attention.rotaryEmbedding(in[0], 50, 2, false),
            Shape.of(3, 4)),
        new Named("embedding", in -> Embeddings.embedding(index, in[0]).square(), Shape.of(3, 2)),
        new Named(
            "greatest of bags",
            in -> Embeddings.embeddingBag(index, null, in[0], Embeddings.Mode.MAX, null),
            Shape.of(3, 2)));
  }

  @ParameterizedTest
  @MethodSource("functions")
  void agreeWithCentralDifferences(Named f) {
    try (Scope _ = Scope.open()) {
      SplittableRandom random = new SplittableRandom(7);
      Tensor[] inputs = new Tensor[f.inputs().size()];
      for (int k = 0; k < inputs.length; k++) {
        double[] values = random.doubles(f.inputs().get(k).numel(), -0.95, 0.95).toArray();
        inputs[k] = Tensor.of(values, f.inputs().get(k));
      }
      GradientCheck.of(f.function())
          .tolerance(1e-5, 1e-6)
          .secondOrder(true)
          .atMost(30)
          .check(inputs);
    }
  }

  private static double[] slopes(UnaryOperator<Tensor> f, double... at) {
    try (Tape tape = Tape.record()) {
      Tensor x = Tensor.of(at).requiresGrad(true);
      return tape.gradients(f.apply(x).sum()).get(x).toDoubleArray();
    }
  }

  @Test
  void kinksHavePyTorchsSlopes() {
    assertThat(slopes(Activations::relu6, 0, 6)).containsExactly(0, 0);
    assertThat(slopes(x -> Activations.hardtanh(x, -1, 1), -1, 1)).containsExactly(0, 0);
    assertThat(slopes(x -> Activations.leakyRelu(x, 0.1), 0)).containsExactly(0.1);
    assertThat(slopes(x -> Activations.elu(x, 0.7), 0)).containsExactly(0.7);
    assertThat(slopes(x -> Activations.hardshrink(x, 1), -1, 1)).containsExactly(0, 0);
    assertThat(slopes(x -> Activations.softshrink(x, 1), -1, 1)).containsExactly(0, 0);
    assertThat(slopes(x -> Activations.threshold(x, 1, 5), 1)).containsExactly(0);
    assertThat(slopes(Activations::hardsigmoid, -3, 3)).containsExactly(0, 0);
    assertThat(slopes(Special::sinc, 0)).containsExactly(0);
    assertThat(slopes(x -> Special.xlogy(x, x.zerosLike()), 0)).containsExactly(0);
  }

  @Test
  void slopesAtLargeValuesAreFinite() {
    double[] at = {-1e4, -100, 100, 1e4};
    assertThat(slopes(Activations::softplus, at))
        .containsExactly(new double[] {0, Math.exp(-100), 1, 1}, within(1e-58));
    assertThat(slopes(Activations::logSigmoid, at))
        .containsExactly(new double[] {1, 1, 0, 0}, within(1e-40));
    assertThat(slopes(x -> Activations.elu(x, 1), at))
        .containsExactly(new double[] {0, 0, 1, 1}, within(1e-40));
    assertThat(slopes(Activations::mish, at))
        .containsExactly(new double[] {0, 0, 1, 1}, within(1e-40));
    assertThat(slopes(Activations::hardswish, at)).containsExactly(0, 0, 1, 1);
  }

  @Test
  void theRowOfPaddingGetsNoGradient() {
    try (Tape tape = Tape.record()) {
      Tensor weight = Tensor.of(new double[6], Shape.of(3, 2)).requiresGrad(true);
      Tensor y = Embeddings.embedding(Tensor.of(0L, 2, 2, 1), weight, 2);
      assertThat(tape.gradients(y.sum()).get(weight).toDoubleArray())
          .containsExactly(1, 1, 1, 1, 0, 0);
    }
  }
}
