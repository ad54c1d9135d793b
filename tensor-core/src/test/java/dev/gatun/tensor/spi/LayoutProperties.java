package dev.gatun.tensor.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * The algebra of layouts against arrays of positions: each layout stands for the storage positions
 * of its elements in row-major order, and each operation is also done on that list.
 */
class LayoutProperties {

  /** A layout and what it should mean. */
  private static final class Model {
    Layout layout;
    long[] sizes;
    long[] positions;

    Model(long[] sizes) {
      this.layout = Layout.contiguous(Shape.of(sizes));
      this.sizes = sizes;
      this.positions = new long[(int) Shape.of(sizes).numel()];
      Arrays.setAll(positions, i -> i);
    }

    /** Positions picked by coordinates of the old sizes for each coordinate of the new. */
    void map(
        Layout next, long[] newSizes, java.util.function.UnaryOperator<long[]> oldCoordinates) {
      long[] out = new long[(int) Shape.of(newSizes).numel()];
      for (int i = 0; i < out.length; i++) {
        long[] old = oldCoordinates.apply(coordinates(i, newSizes));
        long linear = 0;
        for (int k = 0; k < sizes.length; k++) {
          linear = linear * sizes[k] + old[k];
        }
        out[i] = positions[(int) linear];
      }
      layout = next;
      sizes = newSizes;
      positions = out;
    }

    void permute(Random random) {
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < sizes.length; i++) {
        order.add(i);
      }
      Collections.shuffle(order, random);
      long[] newSizes = order.stream().mapToLong(a -> sizes[a]).toArray();
      int rank = sizes.length;
      map(
          layout.permute(
              order.stream().mapToInt(a -> random.nextBoolean() ? a : a - rank).toArray()),
          newSizes,
          c -> {
            long[] old = new long[c.length];
            for (int i = 0; i < c.length; i++) {
              old[order.get(i)] = c[i];
            }
            return old;
          });
    }

    void slice(Random random) {
      int rank = sizes.length;
      long[] starts = new long[rank];
      long[] counts = new long[rank];
      long[] steps = new long[rank];
      for (int i = 0; i < rank; i++) {
        steps[i] = new long[] {1, 1, 2, -1, -2}[random.nextInt(5)];
        if (sizes[i] == 0) {
          continue;
        }
        starts[i] = random.nextInt((int) sizes[i]);
        long most =
            steps[i] > 0 ? (sizes[i] - 1 - starts[i]) / steps[i] + 1 : starts[i] / -steps[i] + 1;
        counts[i] = random.nextInt(10) == 0 ? 0 : 1 + random.nextInt((int) most);
      }
      map(
          layout.slice(starts, counts, steps),
          counts,
          c -> {
            long[] old = new long[rank];
            Arrays.setAll(old, i -> starts[i] + c[i] * steps[i]);
            return old;
          });
    }

    void expand(Random random) {
      int lead = random.nextInt(2);
      long[] target = new long[sizes.length + lead];
      for (int i = 0; i < target.length; i++) {
        boolean free = i < lead || sizes[i - lead] == 1;
        target[i] = free ? random.nextInt(3) + (random.nextInt(5) == 0 ? 0 : 1) : sizes[i - lead];
      }
      map(
          layout.expand(Shape.of(target)),
          target,
          c -> {
            long[] old = new long[sizes.length];
            Arrays.setAll(old, i -> sizes[i] == 1 ? 0 : c[i + lead]);
            return old;
          });
    }

    /** To another shape of as many elements; false when that needs a copy. */
    boolean reshape(Random random) {
      long n = positions.length;
      List<Long> factors = new ArrayList<>();
      if (n == 0) {
        factors.add(0L);
      }
      while (n > 1) {
        long f = n;
        for (long d = 2; d <= n; d++) {
          if (n % d == 0 && random.nextInt(3) > 0) {
            f = d;
            break;
          }
        }
        factors.add(random.nextInt(factors.size() + 1), f);
        n /= f;
      }
      for (int k = random.nextInt(2); k > 0; k--) {
        factors.add(random.nextInt(factors.size() + 1), 1L);
      }
      long[] target = factors.stream().mapToLong(Long::longValue).toArray();
      Optional<Layout> next = layout.reshape(Shape.of(target));
      if (next.isEmpty()) {
        return false;
      }
      layout = next.get(); // the same list of positions
      sizes = target;
      return true;
    }

    void check() {
      assertThat(layout.shape()).isEqualTo(Shape.of(sizes));
      long[] got = new long[positions.length];
      Arrays.setAll(got, layout::position);
      assertThat(got).containsExactly(positions);
      for (int i = 0; i < positions.length; i++) {
        long[] c = coordinates(i, sizes);
        long p = layout.offset();
        for (int k = 0; k < c.length; k++) {
          p += c[k] * layout.stride(k);
        }
        assertThat(p).isEqualTo(positions[i]);
      }
      boolean dense = true;
      for (int i = 1; i < positions.length; i++) {
        dense &= positions[i] == positions[0] + i;
      }
      assertThat(layout.isContiguous()).isEqualTo(dense);
    }
  }

  private static long[] coordinates(long linear, long[] sizes) {
    long[] out = new long[sizes.length];
    for (int i = sizes.length - 1; i >= 0; i--) {
      out[i] = linear % sizes[i];
      linear /= sizes[i];
    }
    return out;
  }

  private static Model model(Random random) {
    long[] sizes = new long[random.nextInt(5)];
    Arrays.setAll(sizes, i -> random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(4));
    return new Model(sizes);
  }

  @Property(tries = 1000)
  void operationsComposeAsOnPositions(@ForAll long seed) {
    Random random = new Random(seed);
    Model m = model(random);
    for (int step = 0; step < 5; step++) {
      switch (random.nextInt(4)) {
        case 0 -> m.permute(random);
        case 1 -> m.slice(random);
        case 2 -> {
          if (m.positions.length < 200) {
            m.expand(random);
          }
        }
        default -> m.reshape(random);
      }
      m.check();
    }
  }

  /** A reshape is refused only when no strides can express it. */
  @Property(tries = 1000)
  void reshapeIsRefusedOnlyWhenItMustBe(@ForAll long seed) {
    Random random = new Random(seed);
    Model m = model(random);
    m.permute(random);
    m.slice(random);
    long[] positions = m.positions.clone();
    long n = positions.length;
    if (n == 0) {
      assertThat(m.reshape(random)).isTrue();
      return;
    }
    for (long d = 1; d <= n; d++) {
      if (n % d == 0) {
        long[] target = {d, n / d};
        assertThat(m.layout.reshape(Shape.of(target)).isPresent())
            .as(m.layout + " to " + Arrays.toString(target))
            .isEqualTo(isAffine(positions, target));
      }
    }
  }

  /** Whether one stride for each axis gives these positions. */
  private static boolean isAffine(long[] positions, long[] sizes) {
    long rows = sizes[0];
    long columns = sizes[1];
    long across = columns > 1 ? positions[1] - positions[0] : 0;
    long down = rows > 1 ? positions[(int) columns] - positions[0] : 0;
    for (int i = 0; i < positions.length; i++) {
      if (positions[i] != positions[0] + i / columns * down + i % columns * across) {
        return false;
      }
    }
    return true;
  }

  @Example
  void wrongArgumentsAreNamed() {
    Layout layout = Layout.contiguous(Shape.of(2, 3));
    assertThatThrownBy(() -> layout.reshape(Shape.of(5)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("Cannot reshape [2, 3] (6 elements) to [5] (5 elements)");
    assertThatThrownBy(() -> layout.permute(0))
        .hasMessage("permute of shape [2, 3] needs 2 axes, got [0]");
    assertThatThrownBy(() -> layout.expand(Shape.of(3)))
        .hasMessage("Cannot expand shape [2, 3] to [3] of lower rank");
    assertThatThrownBy(() -> layout.slice(new long[] {0, 2}, new long[] {2, 2}, new long[] {1, 1}))
        .hasMessage("Slice from 2 to 3 is outside axis 1 of shape [2, 3]");
    assertThatThrownBy(() -> Layout.of(Shape.of(2), new long[] {1, 1}, 0))
        .hasMessage("Expected 1 strides for shape [2], got 2");
  }
}
