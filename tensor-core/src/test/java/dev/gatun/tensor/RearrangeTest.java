package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.tensor.Padding.Mode;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RearrangeTest {
  private Scope scope;
  private Tensor x;

  @BeforeEach
  void open() {
    scope = Scope.open();
    x = Tensor.arange(6).reshape(2, 3);
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static void isText(Tensor t, String... rows) {
    assertThat(t.toText()).isEqualTo(String.join("\n", rows));
  }

  @Test
  void reshapeInfersOneSize() {
    assertThat(x.reshape(-1, 2).shape()).isEqualTo(Shape.of(3, 2));
    assertThat(x.unflatten(-1, 3, -1).shape()).isEqualTo(Shape.of(2, 3, 1));
    assertThat(x.flatten().shape()).isEqualTo(Shape.of(6));
    assertThat(x.unsqueeze(1).squeeze().shape()).isEqualTo(Shape.of(2, 3));
    assertThatThrownBy(() -> x.reshape(4, -1))
        .isInstanceOf(ShapeException.class)
        .hasMessage("Cannot reshape [2, 3] (6 elements) to [4, -1]");
    assertThatThrownBy(() -> x.reshape(4, 2))
        .isInstanceOf(ShapeException.class)
        .hasMessage("Cannot reshape [2, 3] (6 elements) to [4, 2] (8 elements)");
    assertThatThrownBy(() -> x.unflatten(1, 2, 2))
        .hasMessage("Cannot unflatten axis 1 of shape [2, 3] to [2, 2]");
    assertThatThrownBy(() -> x.flatten(1, 0)).isInstanceOf(ShapeException.class);
  }

  @Test
  void expandKeepsSizesAtMinusOne() {
    assertThat(x.unsqueeze(0).expand(4, -1, -1).shape()).isEqualTo(Shape.of(4, 2, 3));
    assertThat(x.expand(4, -1, 3).shape()).isEqualTo(Shape.of(4, 2, 3));
    assertThat(Tensor.scalar(1).expandAs(x).shape()).isEqualTo(x.shape());
    assertThat(x.reshapeAs(Tensor.ones(Shape.of(3, 2))).shape()).isEqualTo(Shape.of(3, 2));
    assertThatThrownBy(() -> x.expand(-1, 2, 3))
        .hasMessage("Cannot expand shape [2, 3] to [-1, 2, 3]: -1 stands at a new axis");
    assertThatThrownBy(() -> x.expand(2, 4))
        .hasMessage("Cannot expand shape [2, 3] to [2, 4]: axis 1 has size 3, not 1 or 4");
  }

  @Test
  void splitAndChunk() {
    Tensor t = Tensor.arange(7);
    assertThat(Arrays.stream(t.split(3, 0)).map(Tensor::numel)).containsExactly(3L, 3L, 1L);
    assertThat(Arrays.stream(t.chunk(3, -1)).map(Tensor::numel)).containsExactly(3L, 3L, 1L);
    assertThat(t.split(new long[] {0, 5, 2}, 0)[1].toLongArray()).containsExactly(0, 1, 2, 3, 4);
    assertThat(Tensor.arange(0).chunk(3, 0)).hasSize(3);
    assertThatThrownBy(() -> t.split(new long[] {3, 3}, 0))
        .hasMessageContaining("needs sizes that add up to that axis, got [3, 3]");
    assertThatThrownBy(() -> t.split(0, 0)).hasMessageContaining("got size 0");
    assertThatThrownBy(() -> t.chunk(0, 0)).hasMessage("chunk needs a number above 0, got 0");
  }

  @Test
  void repeating() {
    isText(Tensor.of(1, 2).tile(2, 2), "[[1 2 1 2]", " [1 2 1 2]]");
    isText(x.tile(2), "[[0 1 2 0 1 2]", " [3 4 5 3 4 5]]");
    isText(x.repeatInterleave(2, 0), "[[0 1 2]", " [0 1 2]", " [3 4 5]", " [3 4 5]]");
    isText(x.repeatInterleave(Tensor.of(2, 0, 1), 1), "[[0 0 2]", " [3 3 5]]");
    assertThat(x.repeatInterleave(0, 1).shape()).isEqualTo(Shape.of(2, 0));
    assertThatThrownBy(() -> x.repeat(2))
        .hasMessage("repeat of shape [2, 3] needs at least 2 numbers, got [2]");
    assertThatThrownBy(() -> x.tile(-1)).hasMessageContaining("must not be negative");
    assertThatThrownBy(() -> x.repeatInterleave(Tensor.of(1, 2), 1))
        .hasMessageContaining("needs one number for each position, got shape [2]");
  }

  @Test
  void turningAndMoving() {
    isText(x.roll(1, 1), "[[2 0 1]", " [5 3 4]]");
    isText(x.roll(new long[] {1, -1}, new int[] {0, 1}), "[[4 5 3]", " [1 2 0]]");
    isText(x.roll(7, 1), "[[2 0 1]", " [5 3 4]]");
    isText(x.rot90(1, 0, 1), "[[2 5]", " [1 4]", " [0 3]]");
    isText(x.rot90(-1, 0, 1), "[[3 0]", " [4 1]", " [5 2]]");
    isText(x.rot90(2, 0, 1), "[[5 4 3]", " [2 1 0]]");
    isText(x.flip(1), "[[2 1 0]", " [5 4 3]]");
    Tensor t = Tensor.ones(Shape.of(2, 3, 4, 5));
    assertThat(t.movedim(0, -1).shape()).isEqualTo(Shape.of(3, 4, 5, 2));
    assertThat(t.movedim(new int[] {3, 0}, new int[] {0, 1}).shape())
        .isEqualTo(Shape.of(5, 2, 3, 4));
    assertThatThrownBy(() -> t.movedim(new int[] {1}, new int[] {0, 1}))
        .hasMessageContaining("as many sources as destinations");
    assertThatThrownBy(() -> x.rot90(1, 0, -2)).hasMessageContaining("two different axes");
  }

  @Test
  void windowsOfAnAxis() {
    isText(Tensor.arange(5).unfold(0, 3, 2), "[[0 1 2]", " [2 3 4]]");
    assertThat(Tensor.ones(Shape.of(2, 7, 3)).unfold(1, 3, 2).shape())
        .isEqualTo(Shape.of(2, 3, 3, 3));
    assertThatThrownBy(() -> x.unfold(1, 4, 1)).hasMessageContaining("a size of at most 3");
  }

  @Test
  void triangles() {
    Tensor ones = Tensor.ones(Shape.of(3, 3)).to(DType.INT32);
    isText(ones.tril(), "[[1 0 0]", " [1 1 0]", " [1 1 1]]");
    isText(ones.tril(-1), "[[0 0 0]", " [1 0 0]", " [1 1 0]]");
    isText(ones.triu(1), "[[0 1 1]", " [0 0 1]", " [0 0 0]]");
    isText(Diagonals.trilIndices(2, 3, 0), "[[0 1 1]", " [0 0 1]]");
    isText(Diagonals.triuIndices(2, 3, 1), "[[0 0 1]", " [1 2 2]]");
    assertThatThrownBy(() -> Tensor.of(1f).tril())
        .hasMessage("tril and triu need rank 2 or more, got shape [1]");
  }

  @Test
  void diagonals() {
    isText(Diagonals.diag(Tensor.of(1, 2), 1), "[[0 1 0]", " [0 0 2]", " [0 0 0]]");
    isText(Diagonals.diag(Tensor.of(1, 2), -1), "[[0 0 0]", " [1 0 0]", " [0 2 0]]");
    isText(Diagonals.diag(x, 0), "[0 4]");
    isText(Diagonals.diag(x, 2), "[2]");
    isText(Diagonals.diag(x, -1), "[3]");
    assertThat(Diagonals.diag(x, 5).shape()).isEqualTo(Shape.of(0));
    Tensor t = Tensor.arange(24).reshape(2, 3, 4);
    assertThat(Diagonals.diagonal(t, 0, 0, 2).toLongArray()).containsExactly(0, 13, 4, 17, 8, 21);
    assertThat(Diagonals.diagEmbed(Tensor.ones(Shape.of(2, 3)), 0, 0, 2).shape())
        .isEqualTo(Shape.of(3, 2, 3));
    assertThat(Diagonals.trace(x).itemLong()).isEqualTo(4);
    assertThatThrownBy(() -> Diagonals.trace(t)).hasMessageContaining("trace needs a matrix");
    assertThatThrownBy(() -> Diagonals.diagonal(x, 0, 1, 1))
        .hasMessageContaining("two different axes");
  }

  @Test
  void stacking() {
    isText(Tensor.stack(1, Tensor.of(1, 2), Tensor.of(3, 4)), "[[1 3]", " [2 4]]");
    isText(Tensor.stack(-2, Tensor.of(1, 2), Tensor.of(3, 4)), "[[1 2]", " [3 4]]");
    assertThatThrownBy(() -> Tensor.stack(0, Tensor.of(1), Tensor.of(1, 2)))
        .hasMessage("stack needs tensors of one shape, got [1] and [2]");
    assertThatThrownBy(() -> Tensor.stack(0)).hasMessage("stack needs at least one tensor");
    assertThatThrownBy(
            () -> Tensor.concat(0, Tensor.ones(Shape.of(2, 2)), Tensor.ones(Shape.of(2, 3))))
        .hasMessageContaining("needs equal sizes on the other axes, got shapes [2, 2] and [2, 3]");
  }

  @Test
  void grids() {
    Tensor[] ij = Grids.meshgrid(Tensor.of(1, 2), Tensor.of(3, 4, 5));
    isText(ij[0], "[[1 1 1]", " [2 2 2]]");
    isText(ij[1], "[[3 4 5]", " [3 4 5]]");
    Tensor[] xy = Grids.meshgridXy(Tensor.of(1, 2), Tensor.of(3, 4, 5));
    isText(xy[0], "[[1 2]", " [1 2]", " [1 2]]");
  }

  @Test
  void padding() {
    Tensor t = Tensor.arange(4);
    isText(Padding.pad(t, Mode.REFLECT, 3, 2), "[3 2 1 0 1 2 3 2 1]");
    isText(Padding.pad(t, Mode.REPLICATE, 2, 1), "[0 0 0 1 2 3 3]");
    isText(Padding.pad(t, Mode.CIRCULAR, 2, 4), "[2 3 0 1 2 3 0 1 2 3]");
    isText(Padding.pad(x, 9, 1, 0, -1, 1), "[[9 3 4 5]", " [9 9 9 9]]");
    isText(Padding.pad(t, Mode.REFLECT, -1, 1), "[1 2 3 2]");
    assertThatThrownBy(() -> Padding.pad(t, Mode.REFLECT, 4, 0))
        .hasMessage("REFLECT padding of 4 and 0 does not fit axis 0 of shape [4]");
    assertThatThrownBy(() -> Padding.pad(t, Mode.CIRCULAR, 5, 0))
        .hasMessageContaining("does not fit axis 0");
    assertThatThrownBy(() -> Padding.pad(t, Mode.REPLICATE, 1))
        .hasMessageContaining("needs two amounts for each");
  }

  @Test
  void outsideAnAxis() {
    assertThatThrownBy(() -> x.narrow(1, 2, 2))
        .hasMessage("narrow of axis 1 of shape [2, 3] from 2 with length 2 reaches outside it");
    assertThatThrownBy(() -> x.select(0, 2))
        .hasMessage("Index 2 is out of range for axis 0 of shape [2, 3]");
    assertThatThrownBy(() -> x.slice(0, 0, 1, 0)).hasMessage("A slice's step must not be 0");
    assertThatThrownBy(() -> Tensor.scalar(1).slice(0, 0, 1, 1))
        .hasMessage("Shape [] has no axis 0");
    assertThatThrownBy(() -> x.permute(0, 0)).hasMessage("Axis 0 appears twice in [0, 0]");
    assertThatThrownBy(() -> x.unsqueeze(3)).hasMessage("Cannot unsqueeze axis 3 of shape [2, 3]");
  }
}
