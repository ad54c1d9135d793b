package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Index expressions against the rules applied element by element. */
@SuppressWarnings("ArrayRecordComponent") // none is ever compared
class IndexProperties {

  /** An entry of an expression without tensors. */
  sealed interface Entry {
    record At(long i) implements Entry {}

    record Slice(@Nullable Long start, @Nullable Long stop, long step) implements Entry {}

    record New() implements Entry {}

    record Ellipsis() implements Entry {}

    /** Integer positions of a shape, or a mask of a shape. */
    record Tensor(long[] shape, long[] values, boolean mask) implements Entry {
      @Override
      public String toString() {
        return (mask ? "mask" : "") + Arrays.toString(shape) + Arrays.toString(values);
      }
    }
  }

  record Case(long[] shape, List<Entry> entries) {
    @Override
    public String toString() {
      return Arrays.toString(shape) + entries;
    }
  }

  @Provide
  Arbitrary<Case> basic() {
    return cases(false);
  }

  @Provide
  Arbitrary<Case> mixed() {
    return cases(true);
  }

  private Arbitrary<Case> cases(boolean advanced) {
    return Arbitraries.longs()
        .between(1, 4)
        .array(long[].class)
        .ofMinSize(0)
        .ofMaxSize(4)
        .flatMap(shape ->
            Arbitraries.longs()
                .flatMap(
                    seed -> Arbitraries.just(new Case(shape, entries(shape, seed, advanced)))));
  }

  /** Entries that fit the shape. */
  private static List<Entry> entries(long[] shape, long seed, boolean advanced) {
    var random = new java.util.Random(seed);
    long[] common = new long[random.nextInt(3)];
    Arrays.setAll(common, i -> 1 + random.nextInt(3));
    List<Entry> out = new ArrayList<>();
    int axis = 0;
    boolean ellipsis = false;
    while (axis < shape.length && (ellipsis || random.nextInt(8) > 0)) {
      long n = shape[axis];
      switch (random.nextInt(advanced ? 8 : 5)) {
        case 0 -> {
          out.add(new Entry.At(random.nextInt((int) (2 * n)) - n));
          axis++;
        }
        case 1, 2 -> {
          out.add(
              new Entry.Slice(
                  random.nextBoolean() ? null : (long) random.nextInt(12) - 6,
                  random.nextBoolean() ? null : (long) random.nextInt(12) - 6,
                  new long[] {1, 2, 3, -1, -2}[random.nextInt(5)]));
          axis++;
        }
        case 3 -> out.add(new Entry.New());
        case 4 -> {
          if (!ellipsis) {
            out.add(new Entry.Ellipsis());
            ellipsis = true;
            axis += random.nextInt(shape.length - axis + 1);
          }
        }
        case 5, 6 -> {
          long[] s = Arrays.copyOfRange(common, random.nextInt(common.length + 1), common.length);
          for (int i = 0; i < s.length; i++) {
            s[i] = random.nextInt(4) == 0 ? 1 : s[i];
          }
          long[] v = new long[(int) Shape.of(s).numel()];
          Arrays.setAll(v, i -> random.nextInt((int) (2 * n)) - n);
          out.add(new Entry.Tensor(s, v, false));
          axis++;
        }
        default -> {
          // A mask alone decides the common size, so it comes only where none is set.
          if (common.length == 0) {
            int r = 1 + random.nextInt(Math.min(2, shape.length - axis));
            long[] s = Arrays.copyOfRange(shape, axis, axis + r);
            long[] v = new long[(int) Shape.of(s).numel()];
            Arrays.setAll(v, i -> random.nextInt(2));
            long count = Arrays.stream(v).sum();
            out.add(new Entry.Tensor(s, v, true));
            common = new long[] {count};
            axis += r;
          }
        }
      }
    }
    return out;
  }

  private static Index[] indices(List<Entry> entries) {
    return entries.stream()
        .map(e ->
            switch (e) {
              case Entry.At a -> Index.at(a.i());
              case Entry.Slice s -> new Index.Slice(s.start(), s.stop(), s.step());
              case Entry.New n -> Index.newAxis();
              case Entry.Ellipsis n -> Index.ellipsis();
              case Entry.Tensor t -> {
                Tensor values = Tensor.of(t.values(), Shape.of(t.shape()));
                yield Index.of(t.mask() ? values.to(DType.BOOL) : values);
              }
            })
        .toArray(Index[]::new);
  }

  /** The result of an expression: its shape and the row-major position of each of its elements. */
  private record Answer(long[] shape, long[] positions) {}

  /** The rules, one output element at a time. */
  private static Answer oracle(Case c) {
    // Each axis of the view: an axis of the tensor (or -1), start and step, and a tensor if any.
    List<long[]> axes = new ArrayList<>(); // {source axis, start, step, size}
    List<long @Nullable []> tensors = new ArrayList<>(); // positions in the common shape
    List<long[]> shapes = new ArrayList<>();
    long[] fixed = new long[c.shape().length];
    int used =
        c.entries().stream()
            .mapToInt(e ->
                switch (e) {
                  case Entry.New n -> 0;
                  case Entry.Ellipsis n -> 0;
                  case Entry.Tensor t -> t.mask() ? t.shape().length : 1;
                  default -> 1;
                })
            .sum();
    List<Entry> entries = new ArrayList<>(c.entries());
    int at = entries.indexOf(new Entry.Ellipsis());
    if (at >= 0) {
      entries.remove(at);
    }
    at = at < 0 ? entries.size() : at;
    for (int i = used; i < c.shape().length; i++) {
      entries.add(at, new Entry.Slice(null, null, 1));
    }
    int axis = 0;
    for (Entry e : entries) {
      switch (e) {
        case Entry.At a -> {
          fixed[axis] = a.i() < 0 ? a.i() + c.shape()[axis] : a.i();
          axis++;
        }
        case Entry.Slice s -> {
          List<Long> python = pythonSlice(s, c.shape()[axis]);
          long start = python.isEmpty() ? 0 : python.getFirst();
          axes.add(new long[] {axis, start, s.step(), python.size()});
          tensors.add(null);
          shapes.add(new long[0]);
          axis++;
        }
        case Entry.New n -> {
          axes.add(new long[] {-1, 0, 0, 1});
          tensors.add(null);
          shapes.add(new long[0]);
        }
        case Entry.Tensor t when t.mask() -> {
          int r = t.shape().length;
          for (int k = 0; k < r; k++) {
            List<Long> where = new ArrayList<>();
            for (int i = 0; i < t.values().length; i++) {
              if (t.values()[i] != 0) {
                where.add(coordinates(i, t.shape())[k]);
              }
            }
            axes.add(new long[] {axis++, 0, 1, 0});
            tensors.add(where.stream().mapToLong(Long::longValue).toArray());
            shapes.add(new long[] {where.size()});
          }
        }
        case Entry.Tensor t -> {
          long n = c.shape()[axis];
          axes.add(new long[] {axis++, 0, 1, 0});
          tensors.add(Arrays.stream(t.values()).map(v -> v < 0 ? v + n : v).toArray());
          shapes.add(t.shape());
        }
        case Entry.Ellipsis n -> throw new AssertionError();
      }
    }
    Shape common = Shape.scalar();
    int first = -1;
    int last = -1;
    int count = 0;
    for (int i = 0; i < axes.size(); i++) {
      if (tensors.get(i) != null) {
        common = Shape.broadcast(common, Shape.of(shapes.get(i)));
        first = first < 0 ? i : first;
        last = i;
        count++;
      }
    }
    boolean together = last - first + 1 == count;
    // The output's axes: the common ones as negative numbers, else a place in the list of axes.
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < axes.size(); i++) {
      if (tensors.get(i) == null) {
        order.add(i);
      }
    }
    if (count > 0) {
      int place = 0;
      for (int i = 0; together && i < first; i++) {
        place += tensors.get(i) == null ? 1 : 0;
      }
      for (int k = common.rank() - 1; k >= 0; k--) {
        order.add(place, -1 - k);
      }
    }
    long[] out = new long[order.size()];
    for (int i = 0; i < out.length; i++) {
      int o = order.get(i);
      out[i] = o < 0 ? common.size(-1 - o) : axes.get(o)[3];
    }
    long[] positions = new long[(int) Shape.of(out).numel()];
    for (int p = 0; p < positions.length; p++) {
      long[] where = coordinates(p, out);
      long[] shared = new long[common.rank()];
      long[] source = fixed.clone();
      for (int i = 0; i < out.length; i++) {
        int o = order.get(i);
        if (o < 0) {
          shared[-1 - o] = where[i];
        } else if (axes.get(o)[0] >= 0) {
          source[(int) axes.get(o)[0]] = axes.get(o)[1] + where[i] * axes.get(o)[2];
        }
      }
      for (int i = 0; i < axes.size(); i++) {
        long @Nullable [] values = tensors.get(i);
        if (values != null) {
          long[] s = shapes.get(i);
          long linear = 0;
          for (int k = 0; k < s.length; k++) {
            long coordinate = shared[shared.length - s.length + k];
            linear = linear * s[k] + (s[k] == 1 ? 0 : coordinate);
          }
          source[(int) axes.get(i)[0]] = values[(int) linear];
        }
      }
      long linear = 0;
      for (int i = 0; i < source.length; i++) {
        linear = linear * c.shape()[i] + source[i];
      }
      positions[p] = linear;
    }
    return new Answer(out, positions);
  }

  /** The indices that Python's slice gives, by its definition. */
  private static List<Long> pythonSlice(Entry.Slice s, long n) {
    List<Long> out = new ArrayList<>();
    long low = s.step() > 0 ? 0 : -1;
    long high = s.step() > 0 ? n : n - 1;
    long start = s.step() > 0 ? low : high;
    long stop = s.step() > 0 ? high : low;
    if (s.start() != null) {
      start = s.start() < 0 ? Math.max(s.start() + n, low) : Math.min(s.start(), high);
    }
    if (s.stop() != null) {
      stop = s.stop() < 0 ? Math.max(s.stop() + n, low) : Math.min(s.stop(), high);
    }
    for (long i = start; s.step() > 0 ? i < stop : i > stop; i += s.step()) {
      out.add(i);
    }
    return out;
  }

  private static long[] coordinates(long linear, long[] shape) {
    long[] out = new long[shape.length];
    for (int i = shape.length - 1; i >= 0; i--) {
      out[i] = linear % shape[i];
      linear /= shape[i];
    }
    return out;
  }

  private static Tensor numbers(long[] shape) {
    Shape s = Shape.of(shape);
    return Tensor.arange(s.numel()).reshape(s);
  }

  @Property(tries = 400)
  void basicEntriesGiveViewsOfTheRightElements(@ForAll("basic") Case c) {
    try (Scope _ = Scope.open()) {
      Tensor x = numbers(c.shape());
      Answer want = oracle(c);
      Tensor y = x.get(indices(c.entries()));
      assertThat(y.shape()).isEqualTo(Shape.of(want.shape()));
      assertThat(y.toLongArray()).containsExactly(want.positions());
      assertThat(y.buf().storage()).isSameAs(x.buf().storage());
    }
  }

  @Property(tries = 600)
  void mixedEntriesGiveTheRightElements(@ForAll("mixed") Case c) {
    try (Scope _ = Scope.open()) {
      Answer want = oracle(c);
      Tensor y = numbers(c.shape()).get(indices(c.entries()));
      assertThat(y.shape()).isEqualTo(Shape.of(want.shape()));
      assertThat(y.toLongArray()).containsExactly(want.positions());
    }
  }

  @Property(tries = 300)
  void writingReachesTheSameElements(@ForAll("mixed") Case c) {
    try (Scope _ = Scope.open()) {
      Answer want = oracle(c);
      Tensor x = numbers(c.shape());
      Tensor values = numbers(want.shape()).add(1000);
      Index[] at = indices(c.entries());
      long[] set = x.toLongArray();
      long[] sum = x.toLongArray();
      for (int i = 0; i < want.positions().length; i++) {
        set[(int) want.positions()[i]] = 1000L + i;
        sum[(int) want.positions()[i]] += 1000 + i;
      }
      assertThat(x.with(values, at).toLongArray()).containsExactly(set);
      assertThat(x.indexPut(values, true, at).toLongArray()).containsExactly(sum);
      assertThat(x.toLongArray()).containsExactly(numbers(c.shape()).toLongArray());
      assertThat(x.assignAt(values, at).toLongArray()).containsExactly(set);
    }
  }

  @Property(tries = 200)
  void oneValueIsBroadcast(@ForAll("mixed") Case c) {
    try (Scope _ = Scope.open()) {
      Tensor x = numbers(c.shape());
      long[] want = x.toLongArray();
      for (long p : oracle(c).positions()) {
        want[(int) p] = -7;
      }
      Tensor value = Tensor.of(-7L).reshape(Shape.scalar());
      assertThat(x.with(value, indices(c.entries())).toLongArray()).containsExactly(want);
      x.assignAt(value, indices(c.entries()));
      assertThat(x.toLongArray()).containsExactly(want);
    }
  }

  /** The product of a shape generator and slices along each axis. */
  @Provide
  Arbitrary<Entry.Slice> slices() {
    Arbitrary<Long> bound = Arbitraries.longs().between(-9, 9).injectNull(0.3);
    Arbitrary<Long> step = Arbitraries.longs().between(-4, 4).filter(s -> s != 0);
    return Combinators.combine(bound, bound, step).as(Entry.Slice::new);
  }

  @Property(tries = 300)
  void slicesArePythons(@ForAll("slices") Entry.Slice s) {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.arange(7);
      Tensor y = x.get(new Index.Slice(s.start(), s.stop(), s.step()));
      assertThat(y.toLongArray())
          .containsExactly(pythonSlice(s, 7).stream().mapToLong(Long::longValue).toArray());
    }
  }
}
