package dev.gatun.tensor.cpu;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.op.BinaryKind;
import dev.gatun.tensor.op.UnaryKind;

/** The elementwise functions on doubles and longs, as the reference defines them. Stateless. */
final class ScalarMath {
  private ScalarMath() {}

  static boolean test(UnaryKind kind, double x) {
    return switch (kind) {
      case IS_NAN -> Double.isNaN(x);
      case IS_INF -> Double.isInfinite(x);
      default -> Double.isFinite(x);
    };
  }

  static double unary(UnaryKind kind, double x) {
    return switch (kind) {
      case NEG -> -x;
      case ABS -> Math.abs(x);
      case SIGN -> Double.isNaN(x) ? x : Math.signum(x);
      case SQUARE -> x * x;
      case RELU -> Double.isNaN(x) ? x : Math.max(x, 0.0);
      case FLOOR -> Math.floor(x);
      case CEIL -> Math.ceil(x);
      case ROUND -> Math.rint(x);
      case TRUNC -> x < 0 ? Math.ceil(x) : Math.floor(x);
      case EXP -> Math.exp(x);
      case LOG -> Math.log(x);
      case SQRT -> Math.sqrt(x);
      case RSQRT -> 1 / Math.sqrt(x);
      case RECIPROCAL -> 1 / x;
      case TANH -> Math.tanh(x);
      case SIN -> Math.sin(x);
      case COS -> Math.cos(x);
      default -> throw new UnsupportedOperationException(kind.toString());
    };
  }

  static long unary(UnaryKind kind, long x) {
    return switch (kind) {
      case NEG -> -x;
      case ABS -> Math.abs(x);
      case SIGN -> Long.signum(x);
      case SQUARE -> x * x;
      case RELU -> Math.max(x, 0);
      case NOT -> ~x;
      default -> x; // FLOOR, CEIL, ROUND, TRUNC
    };
  }

  static boolean compare(BinaryKind kind, double a, double b) {
    return switch (kind) {
      case EQ -> a == b;
      case NE -> a != b;
      case LT -> a < b;
      case LE -> a <= b;
      case GT -> a > b;
      default -> a >= b;
    };
  }

  static double binary(BinaryKind kind, double a, double b) {
    return switch (kind) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case POW -> Math.pow(a, b);
      case MAXIMUM -> Math.max(a, b);
      case MINIMUM -> Math.min(a, b);
      case ATAN2 -> Math.atan2(a, b);
      case COPYSIGN -> Math.copySign(a, b);
      default -> throw new UnsupportedOperationException(kind.toString());
    };
  }

  static long binary(BinaryKind kind, long a, long b, DType dtype) {
    return switch (kind) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case FLOOR_DIV -> Math.floorDiv(a, b);
      case TRUNC_DIV -> a / b;
      case REMAINDER -> Math.floorMod(a, b);
      case FMOD -> a % b;
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
      case SHL -> a << b;
      case SHR -> a >> b;
      default -> throw new UnsupportedOperationException(kind + " on " + dtype);
    };
  }
}
