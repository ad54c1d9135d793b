package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;
import java.lang.foreign.MemorySegment;

/**
 * Runs a kernel over operands of any layout and dtype. The kernels know dense operands of their own
 * dtype only: what is strided, broadcast or of another dtype is brought into a small buffer in the
 * L1 cache first, block by block, and kept there while it does not change from block to block (a
 * row bias, a scalar). Stateless.
 */
final class Elementwise {
  /** Elements below which an operation stays on one thread. */
  static final int PARALLEL = 1 << 15;

  /** Elements that one call of a kernel computes. */
  private static final int CHUNK = 1 << 14;

  private static final int LANES = SimdSpecies.floats().length();
  private static final int BLOCK = Scratch.BLOCK;

  /** Computes {@code n} dense elements, a whole number of vectors; offsets are in bytes. */
  @FunctionalInterface
  interface Kernel {
    void run(MemorySegment[] in, long[] at, MemorySegment out, long outAt, int n);
  }

  private Elementwise() {}

  /** The dtype in which elements of a dtype are computed. */
  static DType wide(DType dtype) {
    return switch (dtype) {
      case FLOAT32, FLOAT16, BFLOAT16 -> DType.FLOAT32;
      case FLOAT64 -> DType.FLOAT64;
      default -> DType.INT64;
    };
  }

  /**
   * Computes all elements of the (contiguous) output.
   *
   * @param in operands, of the output's shape
   * @param as the dtype in which the kernel takes each operand
   * @param outAs the dtype in which the kernel gives the output
   */
  static void run(Buf[] in, DType[] as, Buf out, DType outAs, Kernel kernel) {
    long n = out.numel();
    if (n == 0) {
      return;
    }
    boolean plain = out.dtype() == outAs;
    for (int i = 0; plain && i < in.length; i++) {
      plain = in[i].dtype() == as[i] && in[i].isContiguous();
    }
    if (plain) {
      dense(in, out, n, kernel);
    } else {
      Tiles tiles = new Tiles(in, as, out, outAs, kernel);
      long count = tiles.count;
      if (n < PARALLEL || count == 1) {
        tiles.run(0, count);
      } else {
        int tasks = (int) Math.min(count, ThreadPool.size());
        ThreadPool.parallelFor(tasks, t -> tiles.run(count * t / tasks, count * (t + 1) / tasks));
      }
    }
  }

  private static void dense(Buf[] in, Buf out, long n, Kernel kernel) {
    if (n < PARALLEL) {
      dense(in, out, 0, (int) n, kernel);
      return;
    }
    // Whole vectors to each thread; the loops of the kernels count in ints.
    long units = (n + 63) / 64;
    int tasks = (int) Math.max(ThreadPool.size(), n >> 28);
    ThreadPool.parallelFor(
        tasks,
        t -> {
          long start = units * t / tasks * 64;
          long end = Math.min(n, units * (t + 1) / tasks * 64);
          dense(in, out, start, (int) (end - start), kernel);
        });
  }

  private static void dense(Buf[] in, Buf out, long start, int n, Kernel kernel) {
    MemorySegment[] segments = new MemorySegment[in.length];
    long[] at = new long[in.length];
    int[] sizes = new int[in.length];
    for (int i = 0; i < in.length; i++) {
      MemorySegment s = in[i].segment();
      segments[i] = Memory.of(s);
      sizes[i] = in[i].dtype().byteSize();
      at[i] = Memory.at(s, (in[i].offset() + start) * sizes[i], (long) n * sizes[i]);
    }
    int outSize = out.dtype().byteSize();
    MemorySegment target = Memory.of(out.segment());
    long outAt = Memory.at(out.segment(), (out.offset() + start) * outSize, (long) n * outSize);
    // By blocks: a kernel that has run some times is compiled, one long run would not end in code.
    for (int left = n; left > 0; left -= CHUNK) {
      int count = Math.min(CHUNK, left);
      block(kernel, segments, at, sizes, target, outAt, outSize, count);
      for (int i = 0; i < at.length; i++) {
        at[i] += (long) CHUNK * sizes[i];
      }
      outAt += (long) CHUNK * outSize;
    }
  }

  /** Any number of dense elements: whole vectors where they lie, the rest through a buffer. */
  private static void block(
      Kernel kernel,
      MemorySegment[] in,
      long[] at,
      int[] sizes,
      MemorySegment out,
      long outAt,
      int outSize,
      int n) {
    int whole = n & -LANES;
    if (whole > 0) {
      kernel.run(in, at, out, outAt, whole);
    }
    int rest = n - whole;
    if (rest > 0) {
      MemorySegment scratch = Scratch.local().tail;
      MemorySegment tail = Memory.of(scratch);
      long tailFrom = Memory.at(scratch, 0, scratch.byteSize());
      MemorySegment[] tails = new MemorySegment[in.length];
      long[] tailAt = new long[in.length];
      for (int i = 0; i < in.length; i++) {
        tails[i] = tail;
        tailAt[i] = tailFrom + (i + 1) * 128L;
        MemorySegment.copy(
            in[i], at[i] + (long) whole * sizes[i], tail, tailAt[i], (long) rest * sizes[i]);
      }
      kernel.run(tails, tailAt, tail, tailFrom, LANES);
      MemorySegment.copy(
          tail, tailFrom, out, outAt + (long) whole * outSize, (long) rest * outSize);
    }
  }

  /**
   * The output cut into tiles: some indices of one axis ({@code split}) with all axes inside it.
   * Immutable; each run has its own state.
   */
  private static final class Tiles {
    private final Buf[] in;
    private final DType[] as;
    private final Buf out;
    private final DType outAs;
    private final Kernel kernel;
    private final LoopNest nest;
    private final int split;

    /** Elements of one index of the split axis. */
    private final long inner;

    /** Indices of the split axis in one tile. */
    private final long step;

    private final long tilesPerSplit;
    final long count;

    Tiles(Buf[] in, DType[] as, Buf out, DType outAs, Kernel kernel) {
      this.in = in;
      this.as = as;
      this.out = out;
      this.outAs = outAs;
      this.kernel = kernel;
      Layout[] layouts = new Layout[in.length + 1];
      for (int i = 0; i < in.length; i++) {
        layouts[i] = in[i].layout();
      }
      layouts[in.length] = out.layout();
      nest = LoopNest.of(layouts);
      int s = Math.max(0, nest.rank - 1);
      long p = 1;
      while (s > 0 && p * nest.sizes[s] <= BLOCK) {
        p *= nest.sizes[s--];
      }
      split = s;
      inner = p;
      long size = nest.rank == 0 ? 1 : nest.sizes[s];
      step = Math.min(size, Math.max(1, BLOCK / p));
      tilesPerSplit = (size + step - 1) / step;
      long n = tilesPerSplit;
      for (int a = 0; a < s; a++) {
        n *= nest.sizes[a];
      }
      count = n;
    }

    void run(long from, long to) {
      int k = in.length;
      Scratch scratch = Scratch.local();
      MemorySegment[] segments = new MemorySegment[k];
      long[] at = new long[k];
      int[] sizes = new int[k];
      boolean[] direct = new boolean[k];
      long[] held = new long[k];
      long[] heldLength = new long[k];
      for (int i = 0; i < k; i++) {
        direct[i] = nest.isDense(i, split);
        sizes[i] = as[i].byteSize();
      }
      int outSize = out.dtype().byteSize();
      boolean narrow = out.dtype() != outAs;
      long size = nest.rank == 0 ? 1 : nest.sizes[split];
      for (long tile = from; tile < to; tile++) {
        long start = tile % tilesPerSplit * step;
        long length = Math.min(step, size - start);
        int n = (int) (length * inner);
        long row = tile / tilesPerSplit;
        for (int i = 0; i < k; i++) {
          long position = position(i, row, start);
          boolean convert = in[i].dtype() != as[i];
          if (direct[i] && !convert) {
            MemorySegment s = in[i].segment();
            segments[i] = Memory.of(s);
            at[i] = Memory.at(s, position * sizes[i], (long) n * sizes[i]);
          } else if (heldLength[i] < length || held[i] != position) {
            MemorySegment buffer = scratch.buffer(2 * i);
            segments[i] = Memory.of(buffer);
            at[i] = Memory.at(buffer, 0, (long) n * sizes[i]);
            fetch(i, position, length, n, direct[i], convert, scratch);
            held[i] = position;
            heldLength[i] = length;
          }
        }
        long outAt = (out.offset() + (row * size + start) * inner) * outSize;
        if (narrow) {
          MemorySegment result = scratch.buffer(8);
          long resultAt = Memory.at(result, 0, (long) n * outAs.byteSize());
          block(kernel, segments, at, sizes, Memory.of(result), resultAt, outAs.byteSize(), n);
          Convert.run(outAs, out.dtype(), result, 0, out.segment(), outAt, n);
        } else {
          MemorySegment result = out.segment();
          long resultAt = Memory.at(result, outAt, (long) n * outSize);
          block(kernel, segments, at, sizes, Memory.of(result), resultAt, outSize, n);
        }
      }
    }

    /** The operand's first element of a tile. */
    private long position(int operand, long row, long start) {
      long[] strides = nest.strides[operand];
      long p = in[operand].offset() + (nest.rank == 0 ? 0 : start * strides[split]);
      for (int a = split - 1; a >= 0; a--) {
        p += row % nest.sizes[a] * strides[a];
        row /= nest.sizes[a];
      }
      return p;
    }

    private void fetch(
        int i,
        long position,
        long length,
        int n,
        boolean isDense,
        boolean convert,
        Scratch scratch) {
      Buf b = in[i];
      int size = b.dtype().byteSize();
      MemorySegment target = scratch.buffer(2 * i);
      if (!convert) {
        Strided.gather(
            size,
            b.segment(),
            position,
            nest.sizes,
            nest.strides[i],
            split,
            nest.rank,
            length,
            target,
            0);
      } else if (isDense) {
        Convert.run(b.dtype(), as[i], b.segment(), position * size, target, 0, n);
      } else {
        MemorySegment raw = scratch.buffer(2 * i + 1);
        Strided.gather(
            size,
            b.segment(),
            position,
            nest.sizes,
            nest.strides[i],
            split,
            nest.rank,
            length,
            raw,
            0);
        Convert.run(b.dtype(), as[i], raw, 0, target, 0, n);
      }
    }
  }
}
