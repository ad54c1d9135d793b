package dev.gatun.nn.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.tensor.Tensor;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class DataLoaderProperties {

  /** A data set whose examples are their numbers. */
  private record Numbers(long size) implements Dataset {
    @Override
    public Batch get(long... indices) {
      return new Batch(Tensor.of(indices), Tensor.of(indices));
    }
  }

  @Property(tries = 200)
  void eachExampleComesOnce(
      @ForAll @IntRange(min = 0, max = 60) int n,
      @ForAll @IntRange(min = 1, max = 17) int batch,
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 3) int prefetch,
      @ForAll boolean dropLast) {
    DataLoader all = new Numbers(n).shuffle(seed).batches(batch).prefetch(prefetch);
    DataLoader loader = dropLast ? all.dropLast() : all;
    LongStream.Builder seen = LongStream.builder();
    long batches = 0;
    for (Batch b : loader) {
      batches++;
      assertThat(b.size()).isBetween(dropLast ? batch : 1L, (long) batch);
      LongStream.of(b.target().toLongArray()).forEach(seen::add);
    }
    assertThat(batches).isEqualTo(loader.size());
    long[] sorted = seen.build().sorted().toArray();
    if (dropLast) {
      assertThat(sorted).hasSize(n / batch * batch).doesNotHaveDuplicates();
    } else {
      assertThat(sorted).isEqualTo(LongStream.range(0, n).toArray());
    }
  }
}
