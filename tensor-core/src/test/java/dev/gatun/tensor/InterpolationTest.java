package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.tensor.Interpolation.Mode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InterpolationTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static Tensor line(double... values) {
    return Tensor.of(values, Shape.of(1, 1, values.length));
  }

  private static void check(Tensor got, double... want) {
    assertThat(got.toDoubleArray()).containsExactly(want, within(1e-12));
  }

  @Test
  void linear() {
    check(
        Interpolation.interpolate(line(0, 4, 8), new long[] {6}, Mode.LINEAR, false),
        0,
        1,
        3,
        5,
        7,
        8);
    check(
        Interpolation.interpolate(line(0, 5, 10), new long[] {6}, Mode.LINEAR, true),
        0,
        2,
        4,
        6,
        8,
        10);
    check(Interpolation.interpolate(line(3, 5), new long[] {1}, Mode.LINEAR, true), 3);
    check(Interpolation.interpolate(line(3, 5), new long[] {1}, Mode.LINEAR, false), 4);
  }

  @Test
  void nearestTakesTheElementBelowAndNearestExactTheCentre() {
    Tensor x = line(0, 1, 2, 3, 4);
    check(Interpolation.interpolate(x, new long[] {3}, Mode.NEAREST, false), 0, 1, 3);
    check(Interpolation.interpolate(x, new long[] {3}, Mode.NEAREST_EXACT, false), 0, 2, 4);
    check(
        Interpolation.interpolate(line(0, 1, 2), new long[] {6}, Mode.NEAREST, false),
        0,
        0,
        1,
        1,
        2,
        2);
  }

  @Test
  void aFactorGivesTheSizeAndThePlaces() {
    // floor(3 * 1.7) = 5 places, 1 / 1.7 apart and not 3 / 5.
    double s = 1 / 1.7;
    check(
        Interpolation.interpolate(line(0, 1, 2), new double[] {1.7}, Mode.LINEAR, false),
        0,
        1.5 * s - 0.5,
        2.5 * s - 0.5,
        3.5 * s - 0.5,
        2);
  }

  @Test
  void cubicKeepsARampAwayFromTheBorders() {
    Tensor y =
        Interpolation.interpolate(line(0, 1, 2, 3, 4, 5, 6), new long[] {13}, Mode.CUBIC, true);
    for (int i = 2; i <= 10; i++) {
      assertThat(y.toDoubleArray()[i]).isCloseTo(i / 2.0, within(1e-12));
    }
    // Halfway: -0.75 / 8 of the outer, 0.5 + 0.75 / 8 of the inner neighbours.
    check(
        Interpolation.interpolate(line(8, 0, 0, 0), new long[] {7}, Mode.CUBIC, true)
            .narrow(-1, 3, 1),
        -0.75);
  }

  @Test
  void areaIsTheMeanOfWhatIsCovered() {
    check(Interpolation.interpolate(line(1, 2, 3, 6), new long[] {2}, Mode.AREA, false), 1.5, 4.5);
  }

  /** Two implementations of the same: by separate axes, and by a grid of places. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aGridOfTheIdentityIsInterpolation(boolean alignCorners) {
    Tensor x = Naive.random(1, 2, 3, 5, 4);
    Tensor identity =
        Tensor.of(new double[] {1, 0, 0, 0, 1, 0}, Shape.of(1, 2, 3)).expand(Shape.of(2, 2, 3));
    Shape size = Shape.of(2, 3, 8, 7);
    Tensor grid = GridSampling.affineGrid(identity, size, alignCorners);
    assertThat(grid.shape()).isEqualTo(Shape.of(2, 8, 7, 2));
    for (Mode mode : new Mode[] {Mode.LINEAR, Mode.CUBIC}) {
      Tensor want = Interpolation.interpolate(x, new long[] {8, 7}, mode, alignCorners);
      Tensor got =
          GridSampling.gridSample(
              x,
              grid,
              mode == Mode.LINEAR ? GridSampling.Mode.LINEAR : GridSampling.Mode.CUBIC,
              GridSampling.Padding.BORDER,
              alignCorners);
      check(got, want.toDoubleArray());
    }
    Tensor volume = Naive.random(2, 1, 2, 3, 4, 2);
    Tensor identity3 = Tensor.eye(3, 4, DType.FLOAT64, volume.device()).unsqueeze(0);
    Tensor grid3 = GridSampling.affineGrid(identity3, Shape.of(1, 2, 5, 6, 3), alignCorners);
    check(
        GridSampling.gridSample(
            volume, grid3, GridSampling.Mode.LINEAR, GridSampling.Padding.BORDER, alignCorners),
        Interpolation.interpolate(volume, new long[] {5, 6, 3}, Mode.LINEAR, alignCorners)
            .toDoubleArray());
  }

  private static Tensor sample(
      GridSampling.Mode mode, GridSampling.Padding padding, boolean align) {
    Tensor x = Tensor.of(new double[] {10, 20, 30, 40}, Shape.of(1, 1, 1, 4));
    // Elements -2.5, -1, 1.25, 3.75, 6 of the only row, by corners' centres or edges.
    double[] at = {-2.5, -1, 1.25, 3.75, 6};
    double[] grid = new double[10];
    for (int i = 0; i < 5; i++) {
      grid[2 * i] = align ? at[i] * 2 / 3 - 1 : (at[i] + 0.5) / 2 - 1;
    }
    return GridSampling.gridSample(x, Tensor.of(grid, Shape.of(1, 1, 5, 2)), mode, padding, align);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void outsideIsWhatThePaddingSays(boolean align) {
    var linear = GridSampling.Mode.LINEAR;
    var nearest = GridSampling.Mode.NEAREST;
    check(sample(linear, GridSampling.Padding.ZEROS, align), 0, 0, 22.5, 10, 0);
    check(sample(linear, GridSampling.Padding.BORDER, align), 10, 10, 22.5, 40, 40);
    check(sample(nearest, GridSampling.Padding.ZEROS, align), 0, 0, 20, 0, 0);
    if (align) { // mirrored at 0 and 3
      check(sample(linear, GridSampling.Padding.REFLECTION, true), 35, 20, 22.5, 32.5, 10);
    } else { // mirrored at -0.5 and 3.5
      check(sample(linear, GridSampling.Padding.REFLECTION, false), 25, 10, 22.5, 40, 20);
    }
  }

  @Test
  void pixelShuffleSpreadsChannels() {
    Tensor x = Tensor.arange(16).reshape(1, 4, 2, 2);
    Tensor y = Interpolation.pixelShuffle(x, 2);
    assertThat(y.toLongArray())
        .containsExactly(0, 4, 1, 5, 8, 12, 9, 13, 2, 6, 3, 7, 10, 14, 11, 15);
    assertThat(Interpolation.pixelUnshuffle(y, 2).toLongArray()).containsExactly(x.toLongArray());
    assertThatThrownBy(() -> Interpolation.pixelShuffle(x, 3))
        .isInstanceOf(ShapeException.class)
        .hasMessage("pixelShuffle by 3 expects [..., C * 3 * 3, H, W], got shape [1, 4, 2, 2]");
  }

  @Test
  void wrongShapesAreNamed() {
    Tensor x = Naive.random(1, 1, 2, 4, 4);
    assertThatThrownBy(() -> Interpolation.interpolate(x, new long[] {3}, Mode.LINEAR, false))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("one size or factor for each spatial axis, got shape [1, 2, 4, 4]");
    assertThatThrownBy(() -> Interpolation.interpolate(x, new double[] {0.1}, Mode.LINEAR, false))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("needs positive sizes");
    assertThatThrownBy(() ->
            GridSampling.gridSample(
                x,
                Naive.random(2, 1, 3, 3, 3),
                GridSampling.Mode.LINEAR,
                GridSampling.Padding.ZEROS,
                false))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("got shapes [1, 2, 4, 4] and [1, 3, 3, 3]");
  }
}
