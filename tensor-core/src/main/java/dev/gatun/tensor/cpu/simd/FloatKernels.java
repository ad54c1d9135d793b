package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.op.ActivationKind;
import dev.gatun.tensor.op.BinaryKind;
import dev.gatun.tensor.op.UnaryKind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
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

  /** The bytes of a vector. */
  private static final long VECTOR_BYTES = (long) LANES * BYTES;

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  /** From here on every float is an integer. */
  private static final float INTEGRAL = 0x1p23f;

  /** Bytes for one vector's mask; null where no species is that narrow. */
  private static final @Nullable VectorSpecies<Byte> MASK_BYTES = SimdSpecies.bytes(LANES);

  /** Elements after which a second pass finds them in the L1 cache. */
  private static final int AGAIN = 1 << 11;

  private static final int FLOOR = 8;
  private static final int CEIL = 9;
  private static final int ROUND = 10;
  private static final int TRUNC = 11;
  private static final int ASIN = 28;
  private static final int ACOS = 29;
  private static final int ATAN = 30;
  private static final int SINH = 31;
  private static final int COSH = 32;
  private static final int POW = 7;
  private static final int ATAN2 = 8;

  private static final Map<UnaryKind, Elementwise.Kernel> UNARY = new EnumMap<>(UnaryKind.class);
  private static final Map<BinaryKind, Elementwise.Kernel> BINARY = new EnumMap<>(BinaryKind.class);

  static {
    BINARY.put(
        BinaryKind.ADD,
        new Isolated((in, at, y, yAt, n) -> add(in[0], at[0], in[1], at[1], y, yAt, n)));
    BINARY.put(
        BinaryKind.SUB,
        new Isolated((in, at, y, yAt, n) -> sub(in[0], at[0], in[1], at[1], y, yAt, n)));
    BINARY.put(
        BinaryKind.MUL,
        new Isolated((in, at, y, yAt, n) -> mul(in[0], at[0], in[1], at[1], y, yAt, n)));
    BINARY.put(
        BinaryKind.DIV,
        new Isolated((in, at, y, yAt, n) -> div(in[0], at[0], in[1], at[1], y, yAt, n)));
    BINARY.put(
        BinaryKind.MAXIMUM,
        new Isolated((in, at, y, yAt, n) -> maximum(in[0], at[0], in[1], at[1], y, yAt, n)));
    BINARY.put(
        BinaryKind.MINIMUM,
        new Isolated((in, at, y, yAt, n) -> minimum(in[0], at[0], in[1], at[1], y, yAt, n)));
    BINARY.put(
        BinaryKind.COPYSIGN,
        new Isolated((in, at, y, yAt, n) -> copySign(in[0], at[0], in[1], at[1], y, yAt, n)));
    BINARY.put(
        BinaryKind.POW,
        new Isolated((in, at, y, yAt, n) -> power(POW, in[0], at[0], in[1], at[1], y, yAt, n)));
    BINARY.put(
        BinaryKind.ATAN2,
        new Isolated((in, at, y, yAt, n) -> power(ATAN2, in[0], at[0], in[1], at[1], y, yAt, n)));
    UNARY.put(UnaryKind.NEG, new Isolated((in, at, y, yAt, n) -> neg(in[0], at[0], y, yAt, n)));
    UNARY.put(UnaryKind.ABS, new Isolated((in, at, y, yAt, n) -> abs(in[0], at[0], y, yAt, n)));
    UNARY.put(
        UnaryKind.SQUARE, new Isolated((in, at, y, yAt, n) -> square(in[0], at[0], y, yAt, n)));
    UNARY.put(UnaryKind.RELU, new Isolated((in, at, y, yAt, n) -> relu(in[0], at[0], y, yAt, n)));
    UNARY.put(UnaryKind.SQRT, new Isolated((in, at, y, yAt, n) -> sqrt(in[0], at[0], y, yAt, n)));
    UNARY.put(UnaryKind.RSQRT, new Isolated((in, at, y, yAt, n) -> rsqrt(in[0], at[0], y, yAt, n)));
    UNARY.put(
        UnaryKind.RECIPROCAL,
        new Isolated((in, at, y, yAt, n) -> reciprocal(in[0], at[0], y, yAt, n)));
    UNARY.put(UnaryKind.EXP, new Isolated((in, at, y, yAt, n) -> exp(in[0], at[0], y, yAt, n)));
    UNARY.put(UnaryKind.EXP2, new Isolated((in, at, y, yAt, n) -> exp2(in[0], at[0], y, yAt, n)));
    UNARY.put(UnaryKind.EXPM1, new Isolated((in, at, y, yAt, n) -> expm1(in[0], at[0], y, yAt, n)));
    UNARY.put(UnaryKind.LOG, new Isolated((in, at, y, yAt, n) -> log(in[0], at[0], y, yAt, n)));
    UNARY.put(UnaryKind.LOG2, new Isolated((in, at, y, yAt, n) -> log2(in[0], at[0], y, yAt, n)));
    UNARY.put(UnaryKind.LOG10, new Isolated((in, at, y, yAt, n) -> log10(in[0], at[0], y, yAt, n)));
    UNARY.put(UnaryKind.LOG1P, new Isolated((in, at, y, yAt, n) -> log1p(in[0], at[0], y, yAt, n)));
    UNARY.put(UnaryKind.TANH, new Isolated((in, at, y, yAt, n) -> tanh(in[0], at[0], y, yAt, n)));
    UNARY.put(
        UnaryKind.SIGMOID, new Isolated((in, at, y, yAt, n) -> sigmoid(in[0], at[0], y, yAt, n)));
    UNARY.put(UnaryKind.ERF, new Isolated((in, at, y, yAt, n) -> erf(in[0], at[0], y, yAt, n)));
    UNARY.put(UnaryKind.ERFC, new Isolated((in, at, y, yAt, n) -> erfc(in[0], at[0], y, yAt, n)));
    UNARY.put(UnaryKind.SIN, new Isolated((in, at, y, yAt, n) -> sine(in[0], at[0], y, yAt, n)));
    UNARY.put(UnaryKind.COS, new Isolated((in, at, y, yAt, n) -> cosine(in[0], at[0], y, yAt, n)));
    UNARY.put(UnaryKind.TAN, new Isolated((in, at, y, yAt, n) -> tangent(in[0], at[0], y, yAt, n)));
    UNARY.put(UnaryKind.SIGN, new Isolated((in, at, y, yAt, n) -> sign(in[0], at[0], y, yAt, n)));
    UNARY.put(
        UnaryKind.FLOOR,
        new Isolated((in, at, y, yAt, n) -> rounding(FLOOR, in[0], at[0], y, yAt, n)));
    UNARY.put(
        UnaryKind.CEIL,
        new Isolated((in, at, y, yAt, n) -> rounding(CEIL, in[0], at[0], y, yAt, n)));
    UNARY.put(
        UnaryKind.ROUND,
        new Isolated((in, at, y, yAt, n) -> rounding(ROUND, in[0], at[0], y, yAt, n)));
    UNARY.put(
        UnaryKind.TRUNC,
        new Isolated((in, at, y, yAt, n) -> rounding(TRUNC, in[0], at[0], y, yAt, n)));
    UNARY.put(
        UnaryKind.ASIN,
        new Isolated((in, at, y, yAt, n) -> library(ASIN, in[0], at[0], y, yAt, n)));
    UNARY.put(
        UnaryKind.ACOS,
        new Isolated((in, at, y, yAt, n) -> library(ACOS, in[0], at[0], y, yAt, n)));
    UNARY.put(
        UnaryKind.ATAN,
        new Isolated((in, at, y, yAt, n) -> library(ATAN, in[0], at[0], y, yAt, n)));
    UNARY.put(
        UnaryKind.SINH,
        new Isolated((in, at, y, yAt, n) -> library(SINH, in[0], at[0], y, yAt, n)));
    UNARY.put(
        UnaryKind.COSH,
        new Isolated((in, at, y, yAt, n) -> library(COSH, in[0], at[0], y, yAt, n)));
  }

  /** A gradient where relu's result is above 0. */
  static final Elementwise.Kernel RELU_GRAD =
      new Isolated((in, at, y, yAt, n) -> reluGrad(in[0], at[0], in[1], at[1], y, yAt, n));

  /** {@code x * sigmoid(x)}. */
  static final Elementwise.Kernel SILU =
      new Isolated((in, at, y, yAt, n) -> silu(in[0], at[0], y, yAt, n));

  /** The exact Gaussian error linear unit. */
  static final Elementwise.Kernel GELU =
      new Isolated((in, at, y, yAt, n) -> gelu(in[0], at[0], y, yAt, n));

  /** Its tanh approximation. */
  static final Elementwise.Kernel GELU_TANH =
      new Isolated((in, at, y, yAt, n) -> geluTanh(in[0], at[0], y, yAt, n));

  private static final Map<ActivationKind, Elementwise.Kernel> GRADIENTS =
      new EnumMap<>(ActivationKind.class);

  static {
    GRADIENTS.put(
        ActivationKind.SIGMOID,
        new Isolated((in, at, y, yAt, n) -> sigmoidGrad(in[0], at[0], in[1], at[1], y, yAt, n)));
    GRADIENTS.put(
        ActivationKind.TANH,
        new Isolated((in, at, y, yAt, n) -> tanhGrad(in[0], at[0], in[1], at[1], y, yAt, n)));
    GRADIENTS.put(
        ActivationKind.SILU,
        new Isolated((in, at, y, yAt, n) -> siluGrad(in[0], at[0], in[1], at[1], y, yAt, n)));
    GRADIENTS.put(
        ActivationKind.GELU,
        new Isolated((in, at, y, yAt, n) -> geluGrad(in[0], at[0], in[1], at[1], y, yAt, n)));
    GRADIENTS.put(
        ActivationKind.GELU_TANH,
        new Isolated((in, at, y, yAt, n) -> geluTanhGrad(in[0], at[0], in[1], at[1], y, yAt, n)));
  }

  private FloatKernels() {}

  private static FloatVector load(MemorySegment s, long at) {
    return FloatVector.fromMemorySegment(SPECIES, Memory.of(s), at, ORDER);
  }

  /** The kernel of a function that gives floats; null where there is none. */
  static Elementwise.@Nullable Kernel binary(BinaryKind kind) {
    return BINARY.get(kind);
  }

  /** The kernel of a function; null where there is none. */
  static Elementwise.@Nullable Kernel unary(UnaryKind kind) {
    return UNARY.get(kind);
  }

  /** The kernel of an activation's gradient. */
  static Elementwise.Kernel gradient(ActivationKind kind) {
    return Objects.requireNonNull(GRADIENTS.get(kind));
  }

  // A loop for each function: a switch in the loop costs when data is in cache, and makes C2 throw
  // away its code whenever a function is used for the first time.

  private static void add(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector u = load(a, aAt + at);
      FloatVector v = load(b, bAt + at);
      u.add(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void sub(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector u = load(a, aAt + at);
      FloatVector v = load(b, bAt + at);
      u.sub(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void mul(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector u = load(a, aAt + at);
      FloatVector v = load(b, bAt + at);
      u.mul(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void div(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector u = load(a, aAt + at);
      FloatVector v = load(b, bAt + at);
      u.div(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void maximum(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector u = load(a, aAt + at);
      FloatVector v = load(b, bAt + at);
      u.max(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void minimum(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector u = load(a, aAt + at);
      FloatVector v = load(b, bAt + at);
      u.min(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void copySign(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector u = load(a, aAt + at);
      FloatVector v = load(b, bAt + at);
      copySign(u, v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
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
      r.intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void neg(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      v.neg().intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void abs(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      v.abs().intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void square(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      v.mul(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  // A comparison, not max: it keeps NaN and costs one instruction.
  private static void relu(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      v.blend(0f, v.compare(VectorOperators.LE, 0f))
          .intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void sqrt(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      v.sqrt().intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void rsqrt(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      FloatVector.broadcast(SPECIES, 1f)
          .div(v.sqrt())
          .intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void reciprocal(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      FloatVector.broadcast(SPECIES, 1f).div(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void exp(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      Exponentials.exp(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void exp2(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      Exponentials.exp2(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void expm1(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      Exponentials.expm1(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void log(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      Logarithms.log(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void log2(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      Logarithms.log2(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void log10(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      Logarithms.log10(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void log1p(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      Logarithms.log1p(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void tanh(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      Exponentials.tanh(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void sigmoid(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      Exponentials.sigmoid(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void erf(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      FloatErrors.erf(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void erfc(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      FloatErrors.erfc(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void silu(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      v.div(Exponentials.expNormal(v.neg()).add(1f))
          .intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  /** Few elements lie far from zero: those are computed again. */
  private static void gelu(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int start = 0; start < n; start += AGAIN) {
      long at = (long) start * BYTES;
      int count = Math.min(AGAIN, n - start);
      geluNear(x, xAt + at, y, yAt + at, count);
      geluFar(x, xAt + at, y, yAt + at, count);
    }
  }

  private static void geluNear(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      FloatErrors.geluNear(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void geluFar(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      VectorMask<Float> far = FloatErrors.isFar(v);
      if (far.anyTrue()) {
        load(y, yAt + at)
            .blend(FloatErrors.gelu(v), far)
            .intoMemorySegment(Memory.of(y), yAt + at, ORDER);
      }
    }
  }

  private static void geluTanh(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      FloatErrors.geluTanh(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void sign(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      v.blend(1f, v.compare(VectorOperators.GT, 0f))
          .blend(-1f, v.compare(VectorOperators.LT, 0f))
          .intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void sine(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      Trigonometry.sin(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
      if (v.abs().compare(VectorOperators.GT, Trigonometry.LIMIT).anyTrue()) {
        for (long j = at; j < at + VECTOR_BYTES; j += BYTES) {
          y.set(FLOAT, yAt + j, (float) Math.sin(x.get(FLOAT, xAt + j)));
        }
      }
    }
  }

  private static void cosine(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      Trigonometry.cos(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
      if (v.abs().compare(VectorOperators.GT, Trigonometry.LIMIT).anyTrue()) {
        for (long j = at; j < at + VECTOR_BYTES; j += BYTES) {
          y.set(FLOAT, yAt + j, (float) Math.cos(x.get(FLOAT, xAt + j)));
        }
      }
    }
  }

  private static void tangent(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      Trigonometry.tan(v).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
      if (v.abs().compare(VectorOperators.GT, Trigonometry.LIMIT).anyTrue()) {
        for (long j = at; j < at + VECTOR_BYTES; j += BYTES) {
          y.set(FLOAT, yAt + j, (float) Math.tan(x.get(FLOAT, xAt + j)));
        }
      }
    }
  }

  private static void reluGrad(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector u = load(a, aAt + at);
      FloatVector v = load(b, bAt + at);
      u.blend(0f, v.compare(VectorOperators.LE, 0f))
          .intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void sigmoidGrad(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector u = load(a, aAt + at);
      FloatVector v = load(b, bAt + at);
      u.mul(v.mul(FloatVector.broadcast(SPECIES, 1f).sub(v)))
          .intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void tanhGrad(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector u = load(a, aAt + at);
      FloatVector v = load(b, bAt + at);
      u.mul(FloatVector.broadcast(SPECIES, 1f).sub(v.mul(v)))
          .intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void siluGrad(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector u = load(a, aAt + at);
      FloatVector v = load(b, bAt + at);
      u.mul(siluSlope(v)).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  /** {@code a gelu'(b)}, in two passes as {@link #gelu}. */
  private static void geluGrad(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    for (int start = 0; start < n; start += AGAIN) {
      long at = (long) start * BYTES;
      int count = Math.min(AGAIN, n - start);
      geluGradNear(a, aAt + at, b, bAt + at, y, yAt + at, count);
      geluGradFar(a, aAt + at, b, bAt + at, y, yAt + at, count);
    }
  }

  private static void geluGradNear(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector u = load(a, aAt + at);
      FloatVector v = load(b, bAt + at);
      u.mul(FloatErrors.geluSlopeNear(v)).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  private static void geluGradFar(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(b, bAt + at);
      VectorMask<Float> far = FloatErrors.isFar(v);
      if (far.anyTrue()) {
        load(y, yAt + at)
            .blend(load(a, aAt + at).mul(FloatErrors.geluSlope(v)), far)
            .intoMemorySegment(Memory.of(y), yAt + at, ORDER);
      }
    }
  }

  private static void geluTanhGrad(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector u = load(a, aAt + at);
      FloatVector v = load(b, bAt + at);
      u.mul(FloatErrors.geluTanhSlope(v)).intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  /** The derivative of {@code x * sigmoid(x)}. */
  private static FloatVector siluSlope(FloatVector x) {
    FloatVector s = Exponentials.sigmoid(x);
    return x.mul(FloatVector.broadcast(SPECIES, 1f).sub(s)).fma(s, s);
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
          .intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }

  /** Rarer functions, by the library that comes with the virtual machine. */
  private static void library(int op, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i * BYTES;
      FloatVector v = load(x, xAt + at);
      FloatVector r =
          switch (op) {
            case ASIN -> v.lanewise(VectorOperators.ASIN);
            case ACOS -> v.lanewise(VectorOperators.ACOS);
            case ATAN -> v.lanewise(VectorOperators.ATAN);
            case SINH -> v.lanewise(VectorOperators.SINH);
            default -> v.lanewise(VectorOperators.COSH);
          };
      r.intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
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
          .intoMemorySegment(Memory.of(y), yAt + i, ORDER);
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
      load(b, bAt + at)
          .blend(load(a, aAt + at), m)
          .intoMemorySegment(Memory.of(y), yAt + at, ORDER);
    }
  }
}
