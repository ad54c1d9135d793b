package dev.gatun.tensor.cpu;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.GatunException;
import dev.gatun.tensor.op.BinaryKind;
import dev.gatun.tensor.op.UnaryKind;

/** The elementwise functions on doubles and longs, as the reference defines them. Stateless. */
final class ScalarMath {
  private static final double LN2 = Math.log(2);

  private ScalarMath() {}

  static boolean test(UnaryKind kind, double x) {
    return switch (kind) {
      case IS_NAN -> Double.isNaN(x);
      case IS_INF -> Double.isInfinite(x);
      case IS_FINITE -> Double.isFinite(x);
      default -> throw new IllegalStateException(kind.label() + " is no predicate");
    };
  }

  static double unary(UnaryKind kind, double x) {
    return switch (kind) {
      case NEG -> -x;
      case ABS -> Math.abs(x);
      case SIGN -> Math.signum(x);
      case SQUARE -> x * x;
      case RELU -> Math.max(x, 0.0);
      case FLOOR -> Math.floor(x);
      case CEIL -> Math.ceil(x);
      case ROUND -> Math.rint(x);
      case TRUNC -> trunc(x);
      case EXP -> Math.exp(x);
      case EXP2 -> Math.pow(2, x);
      case EXPM1 -> Math.expm1(x);
      case LOG -> Math.log(x);
      case LOG2 -> log2(x);
      case LOG10 -> Math.log10(x);
      case LOG1P -> Math.log1p(x);
      case SQRT -> Math.sqrt(x);
      case RSQRT -> 1 / Math.sqrt(x);
      case RECIPROCAL -> 1 / x;
      case SIN -> Math.sin(x);
      case COS -> Math.cos(x);
      case TAN -> Math.tan(x);
      case ASIN -> Math.asin(x);
      case ACOS -> Math.acos(x);
      case ATAN -> Math.atan(x);
      case SINH -> Math.sinh(x);
      case COSH -> Math.cosh(x);
      case TANH -> Math.tanh(x);
      case ASINH -> asinh(x);
      case ACOSH -> acosh(x);
      case ATANH -> atanh(x);
      case SIGMOID -> sigmoid(x);
      case ERF -> ErrorFunction.erf(x);
      case ERFC -> ErrorFunction.erfc(x);
      case ERFINV -> ErrorFunction.erfinv(x);
      case LGAMMA -> Gamma.lgamma(x);
      case DIGAMMA -> Gamma.digamma(x);
      case TRIGAMMA -> Gamma.trigamma(x);
      case NOT, IS_NAN, IS_INF, IS_FINITE ->
          throw new IllegalStateException(kind.label() + " gives no float");
    };
  }

  static double trunc(double x) {
    return x < 0 ? Math.ceil(x) : Math.floor(x);
  }

  /** Exact for powers of two: the exponent is split off first. */
  static double log2(double x) {
    if (!(x > 0) || Double.isInfinite(x) || x < Double.MIN_NORMAL) {
      return Math.log(x) / LN2;
    }
    int exponent = Math.getExponent(x);
    double m = Math.scalb(x, -exponent); // [1, 2)
    if (m > 1.4142135623730951) {
      m /= 2;
      exponent++;
    }
    return exponent + Math.log(m) / LN2;
  }

  static double asinh(double x) {
    double a = Math.abs(x);
    double y = a > 0x1p28 ? Math.log(a) + LN2 : Math.log1p(a + a * a / (1 + Math.sqrt(1 + a * a)));
    return Math.copySign(y, x);
  }

  static double acosh(double x) {
    double t = x - 1;
    return x > 0x1p28
        ? Math.log(x) + LN2
        : x < 1 ? Double.NaN : Math.log1p(t + Math.sqrt(t * (t + 2)));
  }

  static double atanh(double x) {
    double a = Math.abs(x);
    return Math.copySign(0.5 * Math.log1p(2 * a / (1 - a)), x);
  }

  /** {@code 1 / (1 + exp(-x))} without overflow, and relatively exact for very negative x. */
  static double sigmoid(double x) {
    if (x >= 0) {
      return 1 / (1 + Math.exp(-x));
    }
    double e = Math.exp(x);
    return e / (1 + e);
  }

  static long unary(UnaryKind kind, long x) {
    return switch (kind) {
      case NEG -> -x;
      case ABS -> Math.abs(x);
      case SIGN -> Long.signum(x);
      case SQUARE -> x * x;
      case RELU -> Math.max(x, 0);
      case NOT -> ~x;
      case FLOOR, CEIL, ROUND, TRUNC -> x;
      default -> throw new IllegalStateException(kind.label() + " takes no integer");
    };
  }

  static boolean compare(BinaryKind kind, double a, double b) {
    return switch (kind) {
      case EQ -> a == b;
      case NE -> a != b;
      case LT -> a < b;
      case LE -> a <= b;
      case GT -> a > b;
      case GE -> a >= b;
      default -> throw new IllegalStateException(kind.label() + " is no comparison");
    };
  }

  static double binary(BinaryKind kind, double a, double b, DType dtype) {
    return switch (kind) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case FLOOR_DIV -> floorDiv(a, b);
      // The quotient is rounded to the type it is computed in before it is cut, as in PyTorch.
      case TRUNC_DIV -> trunc(dtype == DType.FLOAT64 ? a / b : (float) (a / b));
      case REMAINDER -> remainder(a, b);
      case FMOD -> a % b;
      case POW -> pow(a, b);
      case MAXIMUM -> Math.max(a, b);
      case MINIMUM -> Math.min(a, b);
      case ATAN2 -> Math.atan2(a, b);
      case COPYSIGN -> Math.copySign(a, b);
      default -> throw new IllegalStateException(kind.label() + " gives no float");
    };
  }

  /** C99's pow, where Java's differs: 1 to any power, and -1 to an infinite one, is 1. */
  static double pow(double a, double b) {
    return a == 1 || (a == -1 && Double.isInfinite(b)) ? 1 : Math.pow(a, b);
  }

  /** The remainder with the divisor's sign, as Python's {@code %}. */
  static double remainder(double a, double b) {
    double r = a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
  }

  /** Python's {@code //}: consistent with {@link #remainder}, unlike {@code floor(a / b)}. */
  static double floorDiv(double a, double b) {
    if (b == 0) {
      return a / b;
    }
    double r = a % b;
    double q = (a - r) / b;
    if (r != 0 && (r < 0) != (b < 0)) {
      q--;
    }
    if (q == 0) {
      return Math.copySign(0.0, a / b);
    }
    double down = Math.floor(q);
    return q - down > 0.5 ? down + 1 : down;
  }

  static long binary(BinaryKind kind, long a, long b, DType dtype) {
    return switch (kind) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case FLOOR_DIV -> Math.floorDiv(a, divisor(kind, b, dtype));
      case TRUNC_DIV -> a / divisor(kind, b, dtype);
      case REMAINDER -> Math.floorMod(a, divisor(kind, b, dtype));
      case FMOD -> a % divisor(kind, b, dtype);
      case POW -> pow(a, b);
      case MAXIMUM -> Math.max(a, b);
      case MINIMUM -> Math.min(a, b);
      case EQ -> a == b ? 1 : 0;
      case NE -> a != b ? 1 : 0;
      case LT -> a < b ? 1 : 0;
      case LE -> a <= b ? 1 : 0;
      case GT -> a > b ? 1 : 0;
      case GE -> a >= b ? 1 : 0;
      case AND -> a & b;
      case OR -> a | b;
      case XOR -> a ^ b;
      case SHL -> b < 0 || b >= dtype.byteSize() * 8L ? 0 : a << b;
      case SHR -> a >> (b < 0 || b > 63 ? 63 : b);
      case DIV, ATAN2, COPYSIGN -> throw new IllegalStateException(kind.label() + " is for floats");
    };
  }

  /**
   * The divisor of an integer division.
   *
   * @throws GatunException when it is zero
   */
  static long divisor(BinaryKind kind, long b, DType dtype) {
    if (b == 0) {
      throw new GatunException(kind.label() + " of " + dtype + ": division by zero");
    }
    return b;
  }

  /**
   * Wraps on overflow; a negative exponent gives the truncated result, 0 but for bases 1 and -1.
   */
  static long pow(long a, long b) {
    if (b < 0) {
      return a == 1 ? 1 : a == -1 ? ((b & 1) == 0 ? 1 : -1) : 0;
    }
    long y = 1;
    for (long square = a, e = b; e > 0; e >>= 1, square *= square) {
      if ((e & 1) != 0) {
        y *= square;
      }
    }
    return y;
  }
}
