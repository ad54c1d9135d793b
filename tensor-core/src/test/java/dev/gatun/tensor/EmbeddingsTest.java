package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.tensor.Embeddings.Mode;
import dev.gatun.tensor.op.CrossEntropy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmbeddingsTest {
  private Scope scope;
  private Tensor weight;

  @BeforeEach
  void open() {
    scope = Scope.open();
    weight = Tensor.of(new double[] {0, -1, 2, 3, 4, -5, 6, 7}, Shape.of(4, 2));
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void picksRows() {
    Tensor index = Tensor.of(new long[] {3, 0, 1, 1}, Shape.of(2, 2));
    Tensor y = Embeddings.embedding(index, weight);
    assertThat(y.shape()).isEqualTo(Shape.of(2, 2, 2));
    assertThat(y.toDoubleArray()).containsExactly(6, 7, 0, -1, 2, 3, 2, 3);
    assertThat(Embeddings.embedding(index, weight, -1).toDoubleArray())
        .containsExactly(6, 7, 0, -1, 2, 3, 2, 3);
    assertThatThrownBy(() -> Embeddings.embedding(index, weight, 4))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("has no row 4 for padding");
    assertThatThrownBy(() -> Embeddings.embedding(index, weight.select(0, 0)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("embedding expects a weight [V, D], got shape [2]");
  }

  @Test
  void reducesBags() {
    Tensor index = Tensor.of(1L, 2, 2, 0, 3);
    Tensor offsets = Tensor.of(0L, 3, 3); // the second bag is empty
    assertThat(bag(index, offsets, Mode.SUM)).containsExactly(10, -7, 0, 0, 6, 6);
    assertThat(bag(index, offsets, Mode.MEAN))
        .containsExactly(new double[] {10 / 3.0, -7 / 3.0, 0, 0, 3, 3}, within(1e-12));
    assertThat(bag(index, offsets, Mode.MAX)).containsExactly(4, 3, 0, 0, 6, 7);
    Tensor square = Tensor.of(new long[] {1, 2, 0, 3}, Shape.of(2, 2));
    assertThat(
            Embeddings.embeddingBag(
                    square,
                    null,
                    weight,
                    Mode.SUM,
                    Tensor.of(new double[] {1, 2, 3, 4}, Shape.of(2, 2)))
                .toDoubleArray())
        .containsExactly(10, -7, 24, 25);
  }

  private double[] bag(Tensor index, Tensor offsets, Mode mode) {
    return Embeddings.embeddingBag(index, offsets, weight, mode, null).toDoubleArray();
  }

  @Test
  void offsetsAscend() {
    Tensor index = Tensor.of(1L, 2);
    for (Tensor wrong : new Tensor[] {Tensor.of(0L, 2, 1), Tensor.of(1L), Tensor.of(0L, 3)}) {
      assertThatThrownBy(() -> bag(index, wrong, Mode.SUM))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("offsets that ascend from 0 to at most 2");
    }
  }

  @Test
  void crossEntropyIsTheNegativeLogarithmOfTheTargetsShare() {
    Tensor x = Tensor.of(new double[] {1000, 1000, 0, Math.log(3)}, Shape.of(2, 2));
    Tensor y = Engine.call(new CrossEntropy(), x, Tensor.of(0L, 1));
    assertThat(y.toDoubleArray())
        .containsExactly(new double[] {Math.log(2), Math.log(4 / 3.0)}, within(1e-12));
    assertThatThrownBy(() -> Engine.call(new CrossEntropy(), x, Tensor.of(0L)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[N, C] and a target [N], got shapes [2, 2] and [1]");
    assertThatThrownBy(() -> Engine.call(new CrossEntropy(), x, Tensor.of(0, 1)))
        .isInstanceOf(DTypeException.class)
        .hasMessage("crossentropy needs an int64 target, got int32");
  }
}
