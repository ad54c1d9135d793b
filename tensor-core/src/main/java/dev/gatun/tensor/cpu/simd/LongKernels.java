package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.op.BinaryKind;
import dev.gatun.tensor.op.UnaryKind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Elementwise kernels on int64, in which all integers and bools are computed. Plain loops, which C2
 * vectorises. Offsets in bytes. Stateless.
 */
final class LongKernels {
  private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;

  private LongKernels() {}

  private static long get(MemorySegment s, long at, int i) {
    return s.get(I64, at + i * 8L);
  }

  private static void set(MemorySegment s, long at, int i, long value) {
    s.set(I64, at + i * 8L, value);
  }

  /** The kernel of a function that gives integers; null where there is none. */
  static Elementwise.@Nullable Kernel binary(BinaryKind kind) {
    return switch (kind) {
      case ADD, SUB, MUL, MAXIMUM, MINIMUM, AND, OR, XOR ->
          (in, at, y, yAt, n) -> binary(kind, in[0], at[0], in[1], at[1], y, yAt, n);
      default -> null;
    };
  }

  private static void binary(
      BinaryKind kind,
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      MemorySegment y,
      long yAt,
      int n) {
    switch (kind) {
      case ADD -> {
        for (int i = 0; i < n; i++) {
          set(y, yAt, i, get(a, aAt, i) + get(b, bAt, i));
        }
      }
      case SUB -> {
        for (int i = 0; i < n; i++) {
          set(y, yAt, i, get(a, aAt, i) - get(b, bAt, i));
        }
      }
      case MUL -> {
        for (int i = 0; i < n; i++) {
          set(y, yAt, i, get(a, aAt, i) * get(b, bAt, i));
        }
      }
      case MAXIMUM -> {
        for (int i = 0; i < n; i++) {
          set(y, yAt, i, Math.max(get(a, aAt, i), get(b, bAt, i)));
        }
      }
      case MINIMUM -> {
        for (int i = 0; i < n; i++) {
          set(y, yAt, i, Math.min(get(a, aAt, i), get(b, bAt, i)));
        }
      }
      case AND -> {
        for (int i = 0; i < n; i++) {
          set(y, yAt, i, get(a, aAt, i) & get(b, bAt, i));
        }
      }
      case OR -> {
        for (int i = 0; i < n; i++) {
          set(y, yAt, i, get(a, aAt, i) | get(b, bAt, i));
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          set(y, yAt, i, get(a, aAt, i) ^ get(b, bAt, i));
        }
      }
    }
  }

  /** The kernel of a function that gives integers; null where there is none. */
  static Elementwise.@Nullable Kernel unary(UnaryKind kind) {
    return switch (kind) {
      case NEG, ABS, SQUARE, RELU, SIGN ->
          (in, at, y, yAt, n) -> unary(kind, in[0], at[0], y, yAt, n);
      default -> null;
    };
  }

  private static void unary(
      UnaryKind kind, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    switch (kind) {
      case NEG -> {
        for (int i = 0; i < n; i++) {
          set(y, yAt, i, -get(x, xAt, i));
        }
      }
      case ABS -> {
        for (int i = 0; i < n; i++) {
          set(y, yAt, i, Math.abs(get(x, xAt, i)));
        }
      }
      case SQUARE -> {
        for (int i = 0; i < n; i++) {
          set(y, yAt, i, get(x, xAt, i) * get(x, xAt, i));
        }
      }
      case RELU -> {
        for (int i = 0; i < n; i++) {
          set(y, yAt, i, Math.max(get(x, xAt, i), 0));
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          set(y, yAt, i, Long.signum(get(x, xAt, i)));
        }
      }
    }
  }

  /** The kernel of a comparison, which gives bool. */
  static Elementwise.Kernel compare(BinaryKind kind) {
    return switch (kind) {
      case EQ -> (in, at, y, yAt, n) -> compare(0, in[0], at[0], in[1], at[1], y, yAt, n);
      case NE -> (in, at, y, yAt, n) -> compare(1, in[0], at[0], in[1], at[1], y, yAt, n);
      case LT -> (in, at, y, yAt, n) -> compare(2, in[0], at[0], in[1], at[1], y, yAt, n);
      case LE -> (in, at, y, yAt, n) -> compare(3, in[0], at[0], in[1], at[1], y, yAt, n);
      case GT -> (in, at, y, yAt, n) -> compare(2, in[1], at[1], in[0], at[0], y, yAt, n);
      default -> (in, at, y, yAt, n) -> compare(3, in[1], at[1], in[0], at[0], y, yAt, n);
    };
  }

  private static void compare(
      int op,
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      MemorySegment y,
      long yAt,
      int n) {
    for (int i = 0; i < n; i++) {
      long u = get(a, aAt, i);
      long v = get(b, bAt, i);
      boolean r =
          switch (op) {
            case 0 -> u == v;
            case 1 -> u != v;
            case 2 -> u < v;
            default -> u <= v;
          };
      y.set(I8, yAt + i, (byte) (r ? 1 : 0));
    }
  }
}
