package dev.gatun.tensor.conformance;

import static dev.gatun.tensor.conformance.Input.real;
import static java.util.Map.entry;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.conformance.OpSpec.Special;
import dev.gatun.tensor.op.BinaryKind;
import dev.gatun.tensor.op.BinaryScalar;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.UnaryKind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Elementwise ops. Stateless. */
final class ElementwiseSpecs {
  private static final Map<UnaryKind, String> UNARY_ONNX =
      Map.ofEntries(
          entry(UnaryKind.NEG, "Neg"),
          entry(UnaryKind.ABS, "Abs"),
          entry(UnaryKind.SIGN, "Sign"),
          entry(UnaryKind.RELU, "Relu"),
          entry(UnaryKind.FLOOR, "Floor"),
          entry(UnaryKind.CEIL, "Ceil"),
          entry(UnaryKind.ROUND, "Round"),
          entry(UnaryKind.EXP, "Exp"),
          entry(UnaryKind.LOG, "Log"),
          entry(UnaryKind.SQRT, "Sqrt"),
          entry(UnaryKind.RECIPROCAL, "Reciprocal"),
          entry(UnaryKind.SIN, "Sin"),
          entry(UnaryKind.COS, "Cos"),
          entry(UnaryKind.TAN, "Tan"),
          entry(UnaryKind.ASIN, "Asin"),
          entry(UnaryKind.ACOS, "Acos"),
          entry(UnaryKind.ATAN, "Atan"),
          entry(UnaryKind.SINH, "Sinh"),
          entry(UnaryKind.COSH, "Cosh"),
          entry(UnaryKind.TANH, "Tanh"),
          entry(UnaryKind.ASINH, "Asinh"),
          entry(UnaryKind.ACOSH, "Acosh"),
          entry(UnaryKind.ATANH, "Atanh"),
          entry(UnaryKind.SIGMOID, "Sigmoid"),
          entry(UnaryKind.ERF, "Erf"),
          entry(UnaryKind.NOT, "Not"),
          entry(UnaryKind.IS_NAN, "IsNaN"),
          entry(UnaryKind.IS_INF, "IsInf"));

  private static final Map<BinaryKind, String> BINARY_ONNX =
      Map.ofEntries(
          entry(BinaryKind.ADD, "Add"),
          entry(BinaryKind.SUB, "Sub"),
          entry(BinaryKind.MUL, "Mul"),
          entry(BinaryKind.DIV, "Div"),
          entry(BinaryKind.REMAINDER, "Mod"),
          entry(BinaryKind.FMOD, "Mod"),
          entry(BinaryKind.POW, "Pow"),
          entry(BinaryKind.MAXIMUM, "Max"),
          entry(BinaryKind.MINIMUM, "Min"),
          entry(BinaryKind.EQ, "Equal"),
          entry(BinaryKind.LT, "Less"),
          entry(BinaryKind.LE, "LessOrEqual"),
          entry(BinaryKind.GT, "Greater"),
          entry(BinaryKind.GE, "GreaterOrEqual"),
          entry(BinaryKind.AND, "And"),
          entry(BinaryKind.OR, "Or"),
          entry(BinaryKind.XOR, "Xor"),
          entry(BinaryKind.SHL, "BitShift"),
          entry(BinaryKind.SHR, "BitShift"));

  private ElementwiseSpecs() {}

  static List<OpSpec> all() {
    List<OpSpec> specs = new ArrayList<>();
    for (UnaryKind kind : UnaryKind.values()) {
      specs.add(unary(kind));
    }
    for (BinaryKind kind : BinaryKind.values()) {
      specs.add(binary(kind));
    }
    for (BinaryKind kind : BinaryKind.values()) {
      specs.add(binaryScalar(kind));
    }
    specs.add(
        OpSpec.of(
                "Where",
                OpSpec.ALL,
                Sample.of(new Primitive.Where(), Input.condition(3, 7), real(3, 7), real(3, 7)),
                Sample.of(new Primitive.Where(), Input.condition(3, 1), real(7), real(2, 1, 1)),
                Sample.of(new Primitive.Where(), Input.condition(), real(), real()),
                Sample.of(new Primitive.Where(), Input.condition(0, 3), real(3), real(1)),
                Sample.of(
                        new Primitive.Where(), Input.condition(70_001), real(70_001), real(70_001))
                    .forSize())
            .onnx("Where"));
    specs.add(cast());
    specs.add(
        OpSpec.of(
                "Bitcast",
                NO_BOOL,
                bitcast(DType.INT32, DType.FLOAT32),
                bitcast(DType.FLOAT32, DType.INT32),
                bitcast(DType.INT64, DType.FLOAT64),
                bitcast(DType.FLOAT64, DType.INT64),
                bitcast(DType.INT16, DType.FLOAT16, DType.BFLOAT16),
                bitcast(DType.BFLOAT16, DType.INT16, DType.FLOAT16),
                bitcast(DType.UINT8, DType.INT8),
                bitcast(DType.INT8, DType.UINT8))
            .withoutGradient()
            .special(Special.NONE)
            .onnx("BitCast"));
    return specs;
  }

  private static final Set<DType> NO_BOOL = OpSpec.NUMBERS;

  private static OpSpec unary(UnaryKind kind) {
    Set<DType> dtypes =
        switch (kind.domain()) {
          case NUMERIC -> OpSpec.NUMBERS;
          case FLOAT -> OpSpec.FLOATS;
          case BITS -> OpSpec.BITS;
          case PREDICATE -> OpSpec.ALL;
        };
    Primitive.Unary op = new Primitive.Unary(kind);
    Input x = domain(kind, Shape.of(5, 7));
    OpSpec spec =
        OpSpec.of(
                "Unary " + kind,
                dtypes,
                Sample.of(op, x),
                Sample.of(op, x.withShape(2, 3, 19)),
                Sample.of(op, x.withShape()),
                Sample.of(op, x.withShape(0, 3)),
                Sample.of(op, x.withShape(70_001)).forSize())
            .within(tolerance(kind))
            .special(Special.ALL)
            .onnx(UNARY_ONNX.getOrDefault(kind, ""));
    boolean smooth =
        kind.domain() == UnaryKind.Domain.NUMERIC || kind.domain() == UnaryKind.Domain.FLOAT;
    return smooth ? spec : spec.withoutGradient();
  }

  /** Values inside and outside the domain; for gradients well inside. */
  private static Input domain(UnaryKind kind, Shape s) {
    return switch (kind) {
      case ABS, SIGN, RELU -> real(s, -3, 3).kinks(Double.POSITIVE_INFINITY);
      case FLOOR, CEIL, ROUND, TRUNC -> real(s, -4, 4).kinks(0.5);
      case LOG, LOG2, LOG10, SQRT, RSQRT -> real(s, -0.5, 9).smooth(0.3, 4);
      case RECIPROCAL -> real(s, -4, 4).smooth(0.4, 3);
      case LOG1P -> real(s, -1.2, 5).smooth(-0.6, 3);
      case ASIN, ACOS, ATANH, ERFINV -> real(s, -1.1, 1.1).smooth(-0.8, 0.8);
      case ACOSH -> real(s, 0.5, 8).smooth(1.3, 4);
      case TAN -> real(s, -3, 3).smooth(-1.2, 1.2);
      case EXP, EXP2, EXPM1, SINH, COSH, TANH, SIGMOID, SIN, COS -> real(s, -9, 9).smooth(-2, 2);
      case LGAMMA, DIGAMMA, TRIGAMMA -> real(s, -5, 20).smooth(0.4, 5);
      default -> real(s, -3, 3);
    };
  }

  private static Tolerance tolerance(UnaryKind kind) {
    return switch (kind.domain()) {
      case NUMERIC, BITS, PREDICATE -> Tolerance.exact();
      case FLOAT ->
          switch (kind) {
            case SQRT, RECIPROCAL -> Tolerance.exact();
            case RSQRT -> Tolerance.ulps(2);
            // Zeros of these lie between floats: near them digits are lost.
            case SIN, COS, TAN, LOG, LOG2, LOG10, LGAMMA, DIGAMMA, ERFINV ->
                Tolerance.steps(16, 1, 0.5);
            default -> Tolerance.ulps(16);
          };
    };
  }

  private static Set<DType> dtypes(BinaryKind kind) {
    return switch (kind.domain()) {
      case NUMERIC ->
          switch (kind) {
            case ADD, MUL, MAXIMUM, MINIMUM -> OpSpec.ALL;
            default -> OpSpec.NUMBERS;
          };
      case FLOAT -> OpSpec.FLOATS;
      case COMPARE -> OpSpec.ALL;
      case BITS -> OpSpec.BITS;
      case SHIFT -> OpSpec.INTEGERS;
    };
  }

  private static boolean hasGradient(BinaryKind kind) {
    return kind.domain() == BinaryKind.Domain.NUMERIC || kind.domain() == BinaryKind.Domain.FLOAT;
  }

  private static Tolerance tolerance(BinaryKind kind) {
    return switch (kind) {
      case POW, ATAN2 -> Tolerance.ulps(16);
      case REMAINDER -> Tolerance.steps(1, 1, 4); // the addition of the divisor rounds
      default -> Tolerance.exact();
    };
  }

  private static OpSpec binary(BinaryKind kind) {
    Primitive.Binary op = new Primitive.Binary(kind);
    Input a = left(kind);
    Input b = right(kind);
    OpSpec spec =
        OpSpec.of(
                "Binary " + kind,
                dtypes(kind),
                Sample.of(op, a, b),
                Sample.of(op, a.withShape(2, 3, 5), b.withShape(3, 1)),
                Sample.of(op, a.withShape(4, 1), b.withShape(1, 33)),
                Sample.of(op, a.withShape(7), b.withShape()),
                Sample.of(op, a.withShape(), b.withShape()),
                Sample.of(op, a.withShape(0, 4), b.withShape(4)),
                Sample.of(op, a.withShape(70_001), b.withShape(70_001)).forSize())
            .within(tolerance(kind))
            .special(Special.ALL)
            .onnx(BINARY_ONNX.getOrDefault(kind, ""));
    return hasGradient(kind) ? spec : spec.withoutGradient();
  }

  private static Input left(BinaryKind kind) {
    Shape s = Shape.of(4, 9);
    return switch (kind) {
      case FLOOR_DIV, TRUNC_DIV, REMAINDER, FMOD -> real(s, -20, 20).smooth(0.1, 0.9);
      case POW -> real(s, -3, 3).smooth(0.4, 2);
      case ATAN2 -> real(s, -3, 3).smooth(0.3, 2);
      case COPYSIGN -> real(s, -3, 3).kinks(Double.POSITIVE_INFINITY);
      case AND, OR, XOR, SHL, SHR -> real(s, -100, 100);
      default -> real(s, -3, 3);
    };
  }

  private static Input right(BinaryKind kind) {
    Shape s = Shape.of(4, 9);
    return switch (kind) {
      case DIV -> real(s, -3, 3).smooth(0.5, 3);
      case FLOOR_DIV, TRUNC_DIV, REMAINDER, FMOD -> real(s, -5, 5).smooth(1, 2).withoutZero();
      case POW -> real(s, 0, 4);
      case ATAN2 -> real(s, -3, 3).smooth(0.3, 2);
      case COPYSIGN -> real(s, -3, 3).kinks(Double.POSITIVE_INFINITY);
      case AND, OR, XOR -> real(s, -100, 100);
      case SHL, SHR -> real(s, 0, 9);
      default -> real(s, -3, 3);
    };
  }

  private static OpSpec binaryScalar(BinaryKind kind) {
    Input a = left(kind);
    Input b = right(kind);
    boolean integers = !dtypes(kind).contains(DType.FLOAT32);
    Number value = integers ? (Number) 3L : (Number) 2.0;
    List<Sample> samples = new ArrayList<>();
    samples.add(Sample.of(new BinaryScalar(kind, value, false), a));
    samples.add(Sample.of(new BinaryScalar(kind, value, true), b.smooth(2.1, 2.9)));
    samples.add(Sample.of(new BinaryScalar(kind, value, false), a.withShape()));
    samples.add(Sample.of(new BinaryScalar(kind, value, false), a.withShape(0, 4)));
    samples.add(Sample.of(new BinaryScalar(kind, value, false), a.withShape(70_001)).forSize());
    if (!integers) {
      samples.add(
          Sample.of(new BinaryScalar(kind, 0.75, false), a)
              .only(OpSpec.FLOATS.toArray(DType[]::new)));
    }
    OpSpec spec =
        OpSpec.of("BinaryScalar " + kind, dtypes(kind), samples.toArray(Sample[]::new))
            .within(tolerance(kind))
            .special(Special.ALL)
            .onnx(BINARY_ONNX.getOrDefault(kind, ""));
    return hasGradient(kind) ? spec : spec.withoutGradient();
  }

  private static OpSpec cast() {
    List<Sample> samples = new ArrayList<>();
    for (DType to : DType.values()) {
      samples.add(Sample.of(new Primitive.Cast(to), real(Shape.of(5, 7), -300, 300)));
    }
    samples.add(Sample.of(new Primitive.Cast(DType.FLOAT64), real()));
    samples.add(Sample.of(new Primitive.Cast(DType.FLOAT64), real(0, 2)));
    samples.add(Sample.of(new Primitive.Cast(DType.BFLOAT16), real(70_001)).forSize());
    // Only casts to float64 keep gradients that differences can be checked against.
    List<Sample> checked =
        samples.stream()
            .map(s ->
                s.op().apply(DType.FLOAT64) instanceof Primitive.Cast c && c.to() == DType.FLOAT64
                    ? s
                    : s.withoutGradient())
            .toList();
    return OpSpec.of("Cast", OpSpec.ALL, checked.toArray(Sample[]::new))
        .within(new Tolerance(0, 1, 0)) // float64 may pass through float32 on its way to 16 bits
        .special(Special.ALL)
        .onnx("Cast");
  }

  private static Sample bitcast(DType to, DType... from) {
    return Sample.of(new Primitive.Bitcast(to), real(3, 5))
        .only(EnumSet.of(from[0], from).toArray(DType[]::new));
  }
}
