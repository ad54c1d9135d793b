package dev.gatun.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.autograd.Gradients;
import dev.gatun.autograd.Tape;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Live;
import dev.gatun.nn.Model;
import dev.gatun.tensor.DTypeException;
import dev.gatun.tensor.Generator;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LayersTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static Tensor numbers(long... shape) {
    Shape s = Shape.of(shape);
    float[] v = new float[(int) s.numel()];
    for (int i = 0; i < v.length; i++) {
      v[i] = (float) Math.sin(i + 1);
    }
    return Tensor.of(v, s);
  }

  @Test
  void linearIsAnAffineMap() {
    try (var linear = new Linear(2, 3)) {
      linear.weight().assign(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, Shape.of(3, 2)));
      linear.bias().assign(Tensor.of(10f, 20f, 30f));
      assertThat(linear.forward(Tensor.of(1f, -1f)).toFloatArray()).containsExactly(9, 19, 29);
      assertThat(linear.forward(numbers(4, 5, 2)).shape()).isEqualTo(Shape.of(4, 5, 3));
      assertThatThrownBy(() -> linear.forward(numbers(4, 3))).isInstanceOf(ShapeException.class);
    }
    try (var plain = new Linear(2, 3, false)) {
      assertThat(plain.bias()).isNull();
    }
  }

  @Test
  void convolutionsHaveTheShapesOfTheirOptions() {
    record Case(Layer layer, Shape input, Shape output) {}
    for (Case c :
        List.of(
            new Case(new Conv1d(2, 4, 3), Shape.of(1, 2, 9), Shape.of(1, 4, 7)),
            new Case(new Conv2d(2, 4, 3, 2), Shape.of(1, 2, 9, 9), Shape.of(1, 4, 7, 8)),
            new Case(
                Conv2d.of(2, 4, 3).stride(2).padding(1).bias(false).build(),
                Shape.of(1, 2, 9, 9),
                Shape.of(1, 4, 5, 5)),
            new Case(
                Conv2d.of(4, 4, 3).groups(4).dilation(2).paddingSame().build(),
                Shape.of(1, 4, 9, 8),
                Shape.of(1, 4, 9, 8)),
            new Case(new Conv3d(1, 2, 2), Shape.of(1, 1, 3, 4, 5), Shape.of(1, 2, 2, 3, 4)),
            new Case(
                ConvTranspose2d.of(3, 2, 2).stride(2).outputPadding(1).build(),
                Shape.of(1, 3, 4, 4),
                Shape.of(1, 2, 9, 9)),
            new Case(new MaxPool2d(2), Shape.of(1, 2, 5, 4), Shape.of(1, 2, 2, 2)),
            new Case(new MaxPool2d(3, 2, 1), Shape.of(1, 2, 5, 4), Shape.of(1, 2, 3, 2)),
            new Case(new AvgPool2d(2, 1), Shape.of(1, 2, 5, 4), Shape.of(1, 2, 4, 3)),
            new Case(new AdaptiveAvgPool2d(1), Shape.of(1, 2, 5, 4), Shape.of(1, 2, 1, 1)),
            new Case(new AdaptiveAvgPool2d(2, 3), Shape.of(1, 2, 5, 4), Shape.of(1, 2, 2, 3)),
            new Case(new Flatten(), Shape.of(3, 2, 5, 4), Shape.of(3, 40)))) {
      assertThat(c.layer.forward(Tensor.ones(c.input)).shape())
          .as(c.layer.toString())
          .isEqualTo(c.output);
      if (c.layer instanceof Model m) {
        m.close();
      }
    }
  }

  @Test
  void aConvolutionRefusesWhatCannotBe() {
    assertThatThrownBy(() -> Conv2d.of(3, 4, 3).groups(2).build())
        .hasMessage("A convolution from 3 to 4 channels cannot have 2 groups");
    assertThatThrownBy(() -> new Conv2d(3, 4, 3, 3, 3))
        .hasMessageContaining("over 2 axes needs 1 or 2 kernel sizes");
    assertThatThrownBy(() -> Conv1d.of(1, 1, 3).stride(2).paddingSame().build())
        .hasMessage("paddingSame needs stride 1");
  }

  @Test
  void batchNormFollowsTheBatches() {
    try (var bn = new BatchNorm1d(1);
        var plain = BatchNorm1d.of(1).cumulative().affine(false).build()) {
      Tensor x = Tensor.of(new float[] {1, 2, 3, 6}, Shape.of(4, 1)); // mean 3, variance 3.5
      double[] y = bn.forward(x).toDoubleArray();
      assertThat(y[0]).isCloseTo(-2 / Math.sqrt(3.5 + 1e-5), within(1e-6));
      var state = bn.stateDict();
      assertThat(state.get("running_mean").item()).isCloseTo(0.3, within(1e-6));
      assertThat(state.get("running_var").item())
          .isCloseTo(0.9 + 0.1 * 3.5 * 4 / 3, within(1e-6)); // unbiased
      assertThat(state.get("num_batches_tracked").itemLong()).isEqualTo(1);
      bn.eval();
      assertThat(bn.forward(Tensor.of(new float[] {0.3f}, Shape.of(1, 1))).item())
          .isCloseTo(0, within(1e-6));
      assertThat(state.get("num_batches_tracked").itemLong()).isEqualTo(1);

      plain.forward(x);
      plain.forward(x.mul(3.0));
      assertThat(plain.stateDict().get("running_mean").item()).isCloseTo(6, within(1e-5));
      assertThatThrownBy(() -> bn.forward(numbers(2, 1, 3, 3)))
          .isInstanceOf(ShapeException.class)
          .hasMessage("BatchNorm1d needs an input [N, C] or [N, C, L], got shape [2, 1, 3, 3]");
    }
  }

  @Test
  void batchNormLeavesNothingOnTheTape() {
    try (var bn = new BatchNorm2d(2)) {
      Tensor x = numbers(2, 2, 3, 3).requiresGrad(true);
      Tensor mean = bn.stateDict().get("running_mean");
      try (Tape tape = Tape.record()) {
        Gradients g = tape.gradients(bn.forward(x).square().sum());
        assertThat(g.find(x)).isPresent();
        assertThat(g.find(bn.parameters().getFirst().tensor())).isPresent();
        assertThat(g.find(mean)).isEmpty();
      }
      assertThat(mean.isClosed()).isFalse();
      assertThat(mean.requiresGrad()).isFalse();
    }
  }

  @Test
  void normalisationsGiveMeanZeroAndVarianceOne() {
    try (var layer = new LayerNorm(6);
        var group = new GroupNorm(2, 4);
        var rms = new RmsNorm(6)) {
      Tensor x = numbers(3, 4, 6);
      assertThat(Arrays.stream(layer.forward(x).mean(2).toDoubleArray()))
          .allMatch(v -> Math.abs(v) < 1e-6);
      Tensor g = group.forward(x).reshape(3, 2, 12);
      assertThat(Arrays.stream(g.square().mean(2).toDoubleArray()))
          .allMatch(v -> Math.abs(v - 1) < 1e-3);
      assertThat(Arrays.stream(rms.forward(x).square().mean(2).toDoubleArray()))
          .allMatch(v -> Math.abs(v - 1) < 1e-3);
    }
  }

  @Test
  void dropoutKeepsTheMeanAndRepeatsWithItsSeed() {
    Tensor x = Tensor.ones(Shape.of(10_000));
    var dropout = new Dropout(0.25, new Generator(5));
    float[] y = dropout.forward(x).toFloatArray();
    int zeros = 0;
    for (float v : y) {
      assertThat(v).isIn(0f, 4f / 3);
      zeros += v == 0 ? 1 : 0;
    }
    assertThat(zeros).isBetween(2300, 2700); // 4.6 standard deviations
    assertThat(new Dropout(0.25, new Generator(5)).forward(x).toFloatArray()).isEqualTo(y);
    dropout.eval();
    assertThat(dropout.forward(x)).isSameAs(x);
    assertThat(new Dropout(1).forward(x).sum().item()).isZero();
    double[] sums =
        Dropout.ofChannels(0.5).forward(Tensor.ones(Shape.of(4, 8, 5))).sum(2).toDoubleArray();
    assertThat(Arrays.stream(sums)).allMatch(v -> v == 0 || v == 10);
    assertThatThrownBy(() -> new Dropout(1.5)).hasMessageContaining("from 0 to 1, got 1.5");
  }

  @Test
  void anEmbeddingPicksRowsAndSparesThePadding() {
    try (var table = new Embedding(5, 3, 0)) {
      Tensor index = Tensor.of(new int[] {2, 0, 2, 4}, Shape.of(2, 2));
      try (Tape tape = Tape.record()) {
        Tensor y = table.forward(index);
        assertThat(y.shape()).isEqualTo(Shape.of(2, 2, 3));
        assertThat(y.select(0, 0).select(0, 1).toFloatArray()).containsExactly(0, 0, 0);
        Tensor g = tape.gradients(y.sum()).get(table.weight().tensor());
        assertThat(g.sum(1).toFloatArray()).containsExactly(0, 0, 6, 0, 3);
      }
      assertThatThrownBy(() -> table.forward(Tensor.of(1f)))
          .isInstanceOf(DTypeException.class)
          .hasMessage("Embedding needs integer numbers, got float32");
    }
  }

  @Test
  void activationsAreTheFunctions() {
    Tensor x = Tensor.of(-2f, 0f, 3f);
    assertThat(new Relu().forward(x).toFloatArray()).containsExactly(0, 0, 3);
    assertThat(new LeakyRelu(0.5).forward(x).toFloatArray()).containsExactly(-1, 0, 3);
    assertThat(new Hardtanh().forward(x).toFloatArray()).containsExactly(-1, 0, 1);
    assertThat(new Softmax(0).forward(x).sum().item()).isCloseTo(1, within(1e-6));
    assertThat(new LogSoftmax(0).forward(x).exp().sum().item()).isCloseTo(1, within(1e-6));
    assertThat(new Gelu().forward(x).toFloatArray()[2]).isCloseTo(2.99595f, within(1e-4f));
    assertThat(new Elu().forward(x).toFloatArray()[0])
        .isCloseTo((float) Math.expm1(-2), within(1e-6f));
    assertThat(new Relu()).isEqualTo(new Relu());
  }

  @Test
  void layersThatAreClosedLeaveNoMemory() {
    long before = Live.bytes();
    for (Model m :
        List.<Model>of(
            new Conv2d(3, 8, 3),
            new BatchNorm2d(8),
            new LayerNorm(7),
            new GroupNorm(2, 4),
            new RmsNorm(4),
            new Embedding(3, 4),
            new Embedding(3, 4, 1),
            new Linear(3, 4))) {
      m.close();
    }
    assertThat(Live.bytes()).isEqualTo(before);
  }
}
