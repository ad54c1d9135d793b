package dev.gatun.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.nn.Live;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DataLoaderTest {

  /** Inputs [n, 2] that hold 10 i and 10 i + 1, targets i. */
  private static TensorDataset numbers(int n) {
    try (Scope _ = Scope.open()) {
      Tensor i = Tensor.arange(n);
      Tensor x = i.mul(10).to(DType.FLOAT32).unsqueeze(1);
      return TensorDataset.of(Tensor.concat(1, x, x.add(1.0)), i);
    }
  }

  private static List<List<Integer>> targets(DataLoader loader) {
    var out = new ArrayList<List<Integer>>();
    for (Batch b : loader) {
      out.add(Arrays.stream(b.target().toIntArray()).boxed().toList());
      float[] x = b.input().toFloatArray();
      for (int i = 0; i < b.size(); i++) {
        assertThat(x[2 * i + 1]).isEqualTo(10 * out.getLast().get(i) + 1);
      }
    }
    return out;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 9})
  void batchesInOrder(int prefetch) {
    try (var data = numbers(7)) {
      DataLoader loader = data.batches(3).prefetch(prefetch);
      assertThat(loader.size()).isEqualTo(3);
      assertThat(targets(loader)).containsExactly(List.of(0, 1, 2), List.of(3, 4, 5), List.of(6));
      assertThat(targets(loader.dropLast())).hasSize(2);
      assertThat(loader.dropLast().size()).isEqualTo(2);
      assertThat(targets(loader.batches(100))).hasSize(1);
    }
  }

  @Test
  void theOrderDependsOnSeedAndEpochAlone() {
    try (var data = numbers(50)) {
      DataLoader a = data.shuffle(42).batches(8);
      var first = targets(a);
      var second = targets(a);
      assertThat(first).isNotEqualTo(second);
      assertThat(first.stream().flatMap(List::stream).sorted())
          .containsExactlyElementsOf(java.util.stream.IntStream.range(0, 50).boxed().toList());
      DataLoader b = data.shuffle(42).batches(8).prefetch(0);
      b.epoch(1);
      assertThat(targets(b)).isEqualTo(second);
      assertThat(b.epoch()).isEqualTo(2);
      b.epoch(0);
      assertThat(targets(b)).isEqualTo(first);
      assertThat(targets(data.shuffle(43).batches(8))).isNotEqualTo(first);
    }
  }

  @Test
  void takingABatchClosesTheOneBefore() {
    try (var data = numbers(6)) {
      BatchIterator it = data.batches(2).iterator();
      Batch first = it.next();
      Batch second = it.next();
      assertThat(first.input().isClosed()).isTrue();
      assertThat(second.input().isClosed()).isFalse();
      it.next();
      assertThat(it.hasNext()).isFalse();
      assertThatThrownBy(it::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void scopesOfTheConsumerDoNotOwnBatches(int prefetch) {
    try (var data = numbers(6)) {
      BatchIterator it = data.batches(2).prefetch(prefetch).iterator();
      Batch b;
      try (Scope _ = Scope.open()) {
        b = it.next();
      }
      assertThat(b.input().isClosed()).isFalse();
      it.close();
      assertThat(b.input().isClosed()).isTrue();
    }
  }

  @Test
  void anAbandonedPassLeavesNothing() throws Exception {
    long before = Live.bytes();
    try (var data = numbers(1000)) {
      DataLoader loader = data.shuffle(1).batches(10).prefetch(4);
      for (Batch b : loader) {
        assertThat(b.size()).isEqualTo(10);
        break;
      }
      assertThat(targets(loader)).hasSize(100); // ends the pass before
      for (Batch b : loader) {
        assertThat(b.size()).isEqualTo(10);
        break;
      }
      loader.close();
    }
    assertThat(Live.bytes()).isEqualTo(before);
  }

  @Test
  void aForgottenPassIsCollected() {
    long before = Live.bytes();
    try (var data = numbers(1000)) {
      assertThat(data.batches(10).prefetch(4).iterator().next().size()).isEqualTo(10);
    }
    assertThat(Live.bytes()).isEqualTo(before);
  }

  @Test
  void anExceptionReachesTheOneWhoTakes() {
    long before = Live.bytes();
    try (var data = numbers(100)) {
      Dataset bad =
          data.map(b -> {
            if (b.target().select(0, 0).itemLong() == 20) {
              throw new IllegalArgumentException("example 20 is bad");
            }
            return b;
          });
      var seen = new ArrayList<Long>();
      assertThatThrownBy(
              () -> {
                for (Batch b : bad.batches(10)) {
                  seen.add(b.target().select(0, 0).itemLong());
                }
              })
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("example 20 is bad");
      assertThat(seen).containsExactly(0L, 10L);
    }
    assertThat(Live.bytes()).isEqualTo(before);
  }

  @Test
  void workIsDoneAheadButNoFurther() {
    var made = new AtomicInteger();
    try (var data = numbers(100)) {
      Dataset counted =
          data.map(b -> {
            made.incrementAndGet();
            return b;
          });
      BatchIterator it = counted.batches(10).prefetch(3).iterator();
      it.next();
      org.assertj.core.api.Assertions.assertThatCode(
              () -> {
                long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
                while (made.get() < 4 && System.nanoTime() < end) {
                  Thread.sleep(5);
                }
                Thread.sleep(50);
              })
          .doesNotThrowAnyException();
      assertThat(made).hasValue(4); // the one taken and three ahead
      it.close();
    }
  }

  @Test
  void mapsAndRangesCompose() {
    long before = Live.bytes();
    try (var data = numbers(10)) {
      Dataset half = data.range(5, 10).map(b -> new Batch(b.input().mul(2.0).add(1.0), b.target()));
      assertThat(half.size()).isEqualTo(5);
      try (Batch b = half.get(4, 0)) {
        assertThat(b.target().toIntArray()).containsExactly(9, 5);
        assertThat(b.input().toFloatArray()).containsExactly(181, 183, 101, 103);
      }
      assertThatThrownBy(() -> half.get(5)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> data.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThat(Live.bytes()).isEqualTo(before);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    try (Scope _ = Scope.open()) {
      assertThatThrownBy(
              () -> TensorDataset.of(Tensor.ones(Shape.of(3, 2)), Tensor.ones(Shape.of(2))))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("got [3, 2] and [2]");
    }
    try (var data = numbers(3)) {
      assertThatThrownBy(() -> data.batches(0)).hasMessageContaining("at least one example");
      assertThatThrownBy(() -> data.batches(1).prefetch(-1)).hasMessageContaining("-1");
    }
    try (var none = numbers(0)) {
      assertThat(none.shuffle(1).batches(4)).isEmpty();
    }
  }
}
