package dev.gatun.tensor;

import java.util.Arrays;

/** The rearrangements of {@link Tensor} that are made of simpler views. Stateless. */
final class Rearrange {
  private Rearrange() {}

  /** Sizes in which one -1 stands for what is left of {@code numel} elements. */
  static long[] complete(Shape from, long numel, long... sizes) {
    int unknown = -1;
    long known = 1;
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] == -1 && unknown < 0) {
        unknown = i;
      } else {
        known *= sizes[i];
      }
    }
    if (unknown < 0) {
      return sizes;
    }
    if (known <= 0 || numel % known != 0) {
      throw new ShapeException(
          "Cannot reshape " + from + " (" + numel + " elements) to " + Arrays.toString(sizes));
    }
    long[] out = sizes.clone();
    out[unknown] = numel / known;
    return out;
  }

  /** The target of an expand in which -1 keeps a size. */
  static Shape expanded(Shape from, long... sizes) {
    long[] out = sizes.clone();
    int lead = sizes.length - from.rank();
    for (int i = 0; i < out.length; i++) {
      if (out[i] == -1) {
        if (i < lead) {
          throw new ShapeException(
              "Cannot expand shape "
                  + from
                  + " to "
                  + Arrays.toString(sizes)
                  + ": -1 stands at a new axis");
        }
        out[i] = from.size(i - lead);
      }
    }
    return Shape.of(out);
  }

  static Tensor unflatten(Tensor x, int axis, long... sizes) {
    int a = x.shape().axis(axis);
    Shape split = Shape.of(complete(x.shape(), x.size(a), sizes));
    if (split.numel() != x.size(a)) {
      throw new ShapeException(
          "Cannot unflatten axis " + axis + " of shape " + x.shape() + " to " + split);
    }
    Shape s = x.shape();
    return x.reshape(s.slice(0, a).concat(split).concat(s.slice(a + 1, s.rank())));
  }

  static Tensor movedim(Tensor x, int[] source, int[] destination) {
    if (source.length != destination.length) {
      throw new ShapeException(
          "movedim needs as many sources as destinations, got "
              + Arrays.toString(source)
              + " and "
              + Arrays.toString(destination));
    }
    if (source.length == 0 || x.rank() == 0) {
      return x;
    }
    int[] from = x.shape().axes(source);
    int[] to = x.shape().axes(destination);
    int[] order = new int[x.rank()];
    Arrays.fill(order, -1);
    boolean[] moved = new boolean[x.rank()];
    for (int i = 0; i < from.length; i++) {
      order[to[i]] = from[i];
      moved[from[i]] = true;
    }
    int next = 0;
    for (int i = 0; i < order.length; i++) {
      if (order[i] < 0) {
        while (moved[next]) {
          next++;
        }
        order[i] = next++;
      }
    }
    return x.permute(order);
  }

  static Tensor[] split(Tensor x, long[] sizes, int axis) {
    int a = x.shape().axis(axis);
    long total = Arrays.stream(sizes).sum();
    if (x.rank() == 0 || total != x.size(a) || Arrays.stream(sizes).anyMatch(n -> n < 0)) {
      throw new ShapeException(
          "split along axis "
              + axis
              + " of shape "
              + x.shape()
              + " needs sizes that add up to that axis, got "
              + Arrays.toString(sizes));
    }
    Tensor[] parts = new Tensor[sizes.length];
    long start = 0;
    for (int i = 0; i < parts.length; i++) {
      parts[i] = x.narrow(a, start, sizes[i]);
      start += sizes[i];
    }
    return parts;
  }

  static Tensor[] split(Tensor x, long size, int axis) {
    int a = x.shape().axis(axis);
    if (size <= 0 || x.rank() == 0) {
      throw new ShapeException(
          "split of shape " + x.shape() + " needs an axis and a size above 0, got size " + size);
    }
    long n = x.size(a);
    long[] sizes = new long[(int) Math.max(1, Math.ceilDiv(n, size))];
    Arrays.fill(sizes, size);
    sizes[sizes.length - 1] = n - size * (sizes.length - 1);
    return split(x, sizes, a);
  }

  static Tensor tile(Tensor x, long... repeats) {
    int rank = Math.max(x.rank(), repeats.length);
    long[] once = new long[2 * rank];
    long[] many = new long[2 * rank];
    long[] out = new long[rank];
    for (int i = 0; i < rank; i++) {
      int j = i - (rank - x.rank());
      int k = i - (rank - repeats.length);
      long size = j < 0 ? 1 : x.size(j);
      long times = k < 0 ? 1 : repeats[k];
      if (times < 0) {
        throw new ShapeException(
            "The repeats of tile must not be negative, got " + Arrays.toString(repeats));
      }
      once[2 * i] = 1;
      once[2 * i + 1] = size;
      many[2 * i] = times;
      many[2 * i + 1] = size;
      out[i] = times * size;
    }
    return x.reshape(Shape.of(once)).expand(Shape.of(many)).reshape(Shape.of(out));
  }

  static Tensor repeatInterleave(Tensor x, long times, int axis) {
    int a = x.shape().axis(axis);
    if (times < 0 || x.rank() == 0) {
      throw new ShapeException(
          "repeatInterleave needs an axis and a number of at least 0, got shape "
              + x.shape()
              + " and "
              + times);
    }
    Shape s = x.shape();
    Shape wide = s.insert(a + 1, times);
    return x.unsqueeze(a + 1).expand(wide).reshape(s.with(a, s.size(a) * times));
  }

  static Tensor repeatInterleave(Tensor x, Tensor times, int axis) {
    int a = x.shape().axis(axis);
    if (times.rank() != 1 || x.rank() == 0 || times.numel() != x.size(a)) {
      throw new ShapeException(
          "repeatInterleave along axis "
              + axis
              + " of shape "
              + x.shape()
              + " needs one number for each position, got shape "
              + times.shape());
    }
    long[] counts = Tensor.index("repeatInterleave", times).toLongArray();
    long total = 0;
    for (long c : counts) {
      if (c < 0) {
        throw new ShapeException("repeatInterleave needs numbers of at least 0, got " + c);
      }
      total += c;
    }
    long[] index = new long[Math.toIntExact(total)];
    int at = 0;
    for (int i = 0; i < counts.length; i++) {
      Arrays.fill(index, at, at + (int) counts[i], i);
      at += (int) counts[i];
    }
    return x.indexSelect(a, Tensor.of(index).to(x.device()));
  }

  static Tensor roll(Tensor x, long shift, int axis) {
    int a = x.shape().axis(axis);
    long n = x.rank() == 0 ? 1 : x.size(a);
    long by = n == 0 ? 0 : Math.floorMod(shift, n);
    if (by == 0) {
      return x;
    }
    return Tensor.concat(a, x.narrow(a, n - by, by), x.narrow(a, 0, n - by));
  }

  static Tensor rot90(Tensor x, int quarters, int axis0, int axis1) {
    if (x.rank() < 2 || x.shape().axis(axis0) == x.shape().axis(axis1)) {
      throw new ShapeException(
          "rot90 needs two different axes, got " + axis0 + " and " + axis1 + " of " + x.shape());
    }
    return switch (Math.floorMod(quarters, 4)) {
      case 1 -> x.flip(axis1).transpose(axis0, axis1);
      case 2 -> x.flip(axis0, axis1);
      case 3 -> x.transpose(axis0, axis1).flip(axis1);
      default -> x;
    };
  }

  static Tensor unfold(Tensor x, int axis, long size, long step) {
    int a = x.shape().axis(axis);
    long n = x.rank() == 0 ? 1 : x.size(a);
    if (size < 0 || size > n || step <= 0) {
      throw new ShapeException(
          "unfold of axis "
              + axis
              + " of shape "
              + x.shape()
              + " needs a size of at most "
              + n
              + " and a step above 0, got "
              + size
              + " and "
              + step);
    }
    Tensor source = x.rank() == 0 ? x.reshape(1) : x;
    long windows = (n - size) / step + 1;
    Tensor start = x.iota(windows).mul(step).unsqueeze(1);
    Tensor index = start.add(x.iota(size)).reshape(-1);
    Tensor y = unflatten(source.indexSelect(a, index), a, windows, size);
    return x.rank() == 0 ? y.squeeze(0) : movedim(y, new int[] {a + 1}, new int[] {-1});
  }

  /** A bool matrix over the last two axes: true where {@code column - row <= diagonal}. */
  static Tensor lower(Tensor x, long diagonal) {
    if (x.rank() < 2) {
      throw new ShapeException("tril and triu need rank 2 or more, got shape " + x.shape());
    }
    Tensor row = x.iota(x.size(-2)).unsqueeze(1).add(diagonal);
    return x.iota(x.size(-1)).le(row);
  }
}
