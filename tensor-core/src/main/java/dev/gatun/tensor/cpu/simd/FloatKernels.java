package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.op.BinaryKind;
import dev.gatun.tensor.op.UnaryKind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * Elementwise kernels on float32: a whole number of vectors of dense operands, offsets in bytes.
 * Stateless. {@code DoubleKernels} is the same for float64.
 */
final class FloatKernels {
  private static final VectorSpecies<Float> SPECIES = SimdSpecies.floats();
  private static final int LANES = SPECIES.length();
  private static final int BYTES = Float.BYTES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  /** From here on every float is an integer. */
  private static final float INTEGRAL = 0x1p23f;

  /** Bytes for one vector's mask; null where no species is that narrow. */
  private static final @Nullable VectorSpecies<Byte> MASK_BYTES = SimdSpecies.bytes(LANES);

  private static final int ADD = 0;
  private static final int SUB = 1;
  private static final int MUL = 2;
  private static final int DIV = 3;
  private static final int MAXIMUM = 4;
  private static final int MINIMUM = 5;
  private static final int COPYSIGN = 6;
  private static final int POW = 7;
  private static final int ATAN2 = 8;

  private static final int NEG = 0;
  private static final int ABS = 1;
  private static final int SIGN = 2;
  private static final int SQUARE = 3;
  private static final int RELU = 4;
  private static final int SQRT = 5;
  private static final int RSQRT = 6;
  private static final int RECIPROCAL = 7;
  private static final int FLOOR = 8;
  private static final int CEIL = 9;
  private static final int ROUND = 10;
  private static final int TRUNC = 11;
  private static final int EXP = 20;
  private static final int EXPM1 = 21;
  private static final int LOG = 22;
  private static final int LOG10 = 23;
  private static final int LOG1P = 24;
  private static final int SIN = 25;
  private static final int COS = 26;
  private static final int TAN = 27;
  private static final int ASIN = 28;
  private static final int ACOS = 29;
  private static final int ATAN = 30;
  private static final int SINH = 31;
  private static final int COSH = 32;
  private static final int TANH = 33;
  private static final int SIGMOID = 34;
  private static final int SILU = 35;

  private FloatKernels() {}

  private static FloatVector load(MemorySegment s, long at) {
    return FloatVector.fromMemorySegment(SPECIES, s, at, ORDER);
  }

  /** The kernel of a function that gives floats; null where there is none. */
  static Elementwise.@Nullable Kernel binary(BinaryKind kind) {
    int op =
        switch (kind) {
          case ADD -> ADD;
          case SUB -> SUB;
          case MUL -> MUL;
          case DIV -> DIV;
          case MAXIMUM -> MAXIMUM;
          case MINIMUM -> MINIMUM;
          case COPYSIGN -> COPYSIGN;
          case POW -> POW;
          case ATAN2 -> ATAN2;
          default -> -1;
        };
    if (op < 0) {
      return null;
    }
    return switch (op) {
      case ADD -> (in, at, y, yAt, n) -> add(in[0], at[0], in[1], at[1], y, yAt, n);
      case SUB -> (in, at, y, yAt, n) -> sub(in[0], at[0], in[1], at[1], y, yAt, n);
      case MUL -> (in, at, y, yAt, n) -> mul(in[0], at[0], in[1], at[1], y, yAt, n);
      case POW, ATAN2 -> (in, at, y, yAt, n) -> power(op, in[0], at[0], in[1], at[1], y, yAt, n);
      default -> (in, at, y, yAt, n) -> binary(op, in[0], at[0], in[1], at[1], y, yAt, n);
    };
  }

  // The commonest three have loops of their own: a switch in the loop costs when data is in cache.

  private static void add(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      load(a, aAt + at).add(load(b, bAt + at)).intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  private static void sub(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      load(a, aAt + at).sub(load(b, bAt + at)).intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  private static void mul(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      load(a, aAt + at).mul(load(b, bAt + at)).intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  private static void binary(
      int op,
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      MemorySegment y,
      long yAt,
      int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector u = load(a, aAt + at);
      FloatVector v = load(b, bAt + at);
      FloatVector r =
          switch (op) {
            case DIV -> u.div(v);
            case MAXIMUM -> u.max(v);
            case MINIMUM -> u.min(v);
            default -> copySign(u, v);
          };
      r.intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  private static FloatVector copySign(FloatVector magnitude, FloatVector sign) {
    FloatVector m = magnitude.abs();
    return m.blend(m.neg(), sign.test(VectorOperators.IS_NEGATIVE));
  }

  private static void power(
      int op,
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      MemorySegment y,
      long yAt,
      int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector u = load(a, aAt + at);
      FloatVector v = load(b, bAt + at);
      FloatVector r;
      if (op == POW) {
        // C99's pow, where Java's differs: 1 to any power, and -1 to an infinite one, is 1.
        VectorMask<Float> one = u.eq(1).or(u.eq(-1).and(v.test(VectorOperators.IS_INFINITE)));
        r = u.lanewise(VectorOperators.POW, v).blend(1f, one);
      } else {
        r = u.lanewise(VectorOperators.ATAN2, v);
      }
      r.intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  /** The kernel of a function that gives floats; null where there is none. */
  static Elementwise.@Nullable Kernel unary(UnaryKind kind) {
    int op =
        switch (kind) {
          case NEG -> NEG;
          case ABS -> ABS;
          case SIGN -> SIGN;
          case SQUARE -> SQUARE;
          case RELU -> RELU;
          case SQRT -> SQRT;
          case RSQRT -> RSQRT;
          case RECIPROCAL -> RECIPROCAL;
          case FLOOR -> FLOOR;
          case CEIL -> CEIL;
          case ROUND -> ROUND;
          case TRUNC -> TRUNC;
          case EXP -> EXP;
          case EXPM1 -> EXPM1;
          case LOG -> LOG;
          case LOG10 -> LOG10;
          case LOG1P -> LOG1P;
          case SIN -> SIN;
          case COS -> COS;
          case TAN -> TAN;
          case ASIN -> ASIN;
          case ACOS -> ACOS;
          case ATAN -> ATAN;
          case SINH -> SINH;
          case COSH -> COSH;
          case TANH -> TANH;
          case SIGMOID -> SIGMOID;
          default -> -1;
        };
    return op < 0 ? null : unary(op);
  }

  /** {@code x * sigmoid(x)}. */
  static Elementwise.Kernel silu() {
    return unary(SILU);
  }

  private static Elementwise.Kernel unary(int op) {
    if (op == RELU) {
      return (in, at, y, yAt, n) -> relu(in[0], at[0], y, yAt, n);
    }
    if (op < FLOOR) {
      return (in, at, y, yAt, n) -> simple(op, in[0], at[0], y, yAt, n);
    }
    if (op < EXP) {
      return (in, at, y, yAt, n) -> rounding(op, in[0], at[0], y, yAt, n);
    }
    if (op < SIN) {
      return (in, at, y, yAt, n) -> logarithmic(op, in[0], at[0], y, yAt, n);
    }
    if (op < SINH) {
      return (in, at, y, yAt, n) -> trigonometric(op, in[0], at[0], y, yAt, n);
    }
    return (in, at, y, yAt, n) -> hyperbolic(op, in[0], at[0], y, yAt, n);
  }

  private static void relu(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      // A comparison, not max: it keeps NaN and costs one instruction.
      v.blend(0f, v.compare(VectorOperators.LE, 0f)).intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  /** A gradient where relu's result is above 0. */
  static Elementwise.Kernel reluGrad() {
    return (in, at, y, yAt, n) -> reluGrad(in[0], at[0], in[1], at[1], y, yAt, n);
  }

  private static void reluGrad(
      MemorySegment g, long gAt, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector d = load(g, gAt + at);
      d.blend(0f, load(x, xAt + at).compare(VectorOperators.LE, 0f))
          .intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  private static void simple(int op, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      FloatVector r =
          switch (op) {
            case NEG -> v.neg();
            case ABS -> v.abs();
            case SIGN ->
                v.blend(1f, v.compare(VectorOperators.GT, 0f))
                    .blend(-1f, v.compare(VectorOperators.LT, 0f));
            case SQUARE -> v.mul(v);
            case SQRT -> v.sqrt();
            case RSQRT -> FloatVector.broadcast(SPECIES, 1f).div(v.sqrt());
            default -> FloatVector.broadcast(SPECIES, 1f).div(v);
          };
      r.intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  private static void rounding(
      int op, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      FloatVector a = v.abs();
      // Adding and subtracting 2^(mantissa bits) rounds the magnitude to an integer, half to even.
      FloatVector r = a.add(INTEGRAL).sub(INTEGRAL);
      FloatVector signed = copySign(r, v);
      FloatVector down = copySign(r.sub(1).blend(r, r.compare(VectorOperators.LE, a)), v);
      FloatVector result =
          switch (op) {
            case FLOOR -> signed.sub(1).blend(signed, signed.compare(VectorOperators.LE, v));
            case CEIL ->
                copySign(signed.add(1).blend(signed, signed.compare(VectorOperators.GE, v)), v);
            case ROUND -> signed;
            default -> down;
          };
      // Large numbers are integers already; infinities and NaN stay, too.
      v.blend(result, a.compare(VectorOperators.LT, INTEGRAL))
          .intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  private static void logarithmic(
      int op, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      FloatVector r =
          switch (op) {
            case EXP -> Exponentials.exp(v);
            case EXPM1 -> v.lanewise(VectorOperators.EXPM1);
            case LOG -> v.lanewise(VectorOperators.LOG);
            case LOG10 -> v.lanewise(VectorOperators.LOG10);
            default -> v.lanewise(VectorOperators.LOG1P);
          };
      r.intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  private static void trigonometric(
      int op, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      FloatVector r =
          switch (op) {
            case SIN -> v.lanewise(VectorOperators.SIN);
            case COS -> v.lanewise(VectorOperators.COS);
            case TAN -> v.lanewise(VectorOperators.TAN);
            case ASIN -> v.lanewise(VectorOperators.ASIN);
            case ACOS -> v.lanewise(VectorOperators.ACOS);
            default -> v.lanewise(VectorOperators.ATAN);
          };
      r.intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  private static void hyperbolic(
      int op, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      FloatVector r =
          switch (op) {
            case SINH -> v.lanewise(VectorOperators.SINH);
            case COSH -> v.lanewise(VectorOperators.COSH);
            case TANH -> v.lanewise(VectorOperators.TANH);
            case SIGMOID -> sigmoid(v);
            default -> v.mul(sigmoid(v));
          };
      r.intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  /** Without overflow, and relatively exact for very negative arguments. */
  private static FloatVector sigmoid(FloatVector v) {
    FloatVector e = Exponentials.exp(v.abs().neg());
    FloatVector top =
        FloatVector.broadcast(SPECIES, 1f).blend(e, v.compare(VectorOperators.LT, 0f));
    return top.div(e.add(1));
  }

  /** The kernel of a comparison, which gives bool. */
  static Elementwise.Kernel compare(BinaryKind kind) {
    VectorSpecies<Byte> bytes = MASK_BYTES;
    if (bytes == null) {
      return (in, at, y, yAt, n) -> compareEach(kind, in[0], at[0], in[1], at[1], y, yAt, n);
    }
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
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector u = load(a, aAt + at);
      FloatVector v = load(b, bAt + at);
      VectorMask<Float> m =
          switch (op) {
            case 0 -> u.compare(VectorOperators.EQ, v);
            case 1 -> u.compare(VectorOperators.NE, v);
            case 2 -> u.compare(VectorOperators.LT, v);
            default -> u.compare(VectorOperators.LE, v);
          };
      ByteVector.zero(MASK_BYTES)
          .blend((byte) 1, m.cast(MASK_BYTES))
          .intoMemorySegment(y, yAt + i, ORDER);
    }
  }

  private static void compareEach(
      BinaryKind kind,
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      MemorySegment y,
      long yAt,
      int n) {
    for (int i = 0; i < n; i++) {
      float u = a.get(FLOAT, aAt + (long) i * BYTES);
      float v = b.get(FLOAT, bAt + (long) i * BYTES);
      boolean r =
          switch (kind) {
            case EQ -> u == v;
            case NE -> u != v;
            case LT -> u < v;
            case LE -> u <= v;
            case GT -> u > v;
            default -> u >= v;
          };
      y.set(BYTE, yAt + i, (byte) (r ? 1 : 0));
    }
  }

  /** {@code condition ? a : b}, for any dtype of this size: bits are not touched. */
  static void where(
      MemorySegment c,
      long cAt,
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      MemorySegment y,
      long yAt,
      int n) {
    if (MASK_BYTES == null) {
      for (int i = 0; i < n; i++) {
        long at = (long) i * BYTES;
        boolean first = c.get(BYTE, cAt + i) != 0;
        y.set(FLOAT, yAt + at, first ? a.get(FLOAT, aAt + at) : b.get(FLOAT, bAt + at));
      }
      return;
    }
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      VectorMask<Float> m =
          ByteVector.fromMemorySegment(MASK_BYTES, c, cAt + i, ORDER)
              .compare(VectorOperators.NE, (byte) 0)
              .cast(SPECIES);
      load(b, bAt + at).blend(load(a, aAt + at), m).intoMemorySegment(y, yAt + at, ORDER);
    }
  }
}
