package dev.gatun.tensor.conformance;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.op.Op;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is known of an op: which dtypes it takes, sample operands, how near results must be, whether
 * gradients flow through it and its name in ONNX. Every primitive and composite has one (per kind,
 * where it has kinds), or a test fails. The registry serves the conformance suite of backends, the
 * gradient checks of autograd and the table {@code docs/ops.md}.
 *
 * @param key the op's class name, and its kind if it has kinds: see {@link #keyOf}
 * @param dtypes the dtypes to test with
 * @param differentiable whether autograd has a rule for it (that may be zero)
 * @param tolerance how near results must be
 * @param special which special values it is tested with
 * @param onnx the name of ONNX's operator for it, or of the nearest; may be empty
 * @param samples the op on operands
 */
public record OpSpec(
    String key,
    Set<DType> dtypes,
    boolean differentiable,
    Tolerance tolerance,
    Special special,
    String onnx,
    List<Sample> samples) {

  /** Which values besides ordinary ones an op is tested with. */
  public enum Special {
    /** None. */
    NONE,
    /** NaN, infinities, both zeros; the extremes of integers. */
    FEW,
    /** Also the greatest and smallest normal floats. */
    ALL
  }

  /** float32, float64, float16, bfloat16. */
  public static final Set<DType> FLOATS =
      EnumSet.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16);

  /** The integer dtypes. */
  public static final Set<DType> INTEGERS =
      EnumSet.of(DType.INT8, DType.UINT8, DType.INT16, DType.INT32, DType.INT64);

  /** Floats and integers. */
  public static final Set<DType> NUMBERS = EnumSet.complementOf(EnumSet.of(DType.BOOL));

  /** Integers and bool. */
  public static final Set<DType> BITS = EnumSet.complementOf(EnumSet.copyOf(FLOATS));

  /** All dtypes. */
  public static final Set<DType> ALL = EnumSet.allOf(DType.class);

  /** The spec of an op with defaults: exact, differentiable, few special values. */
  public static OpSpec of(String key, Set<DType> dtypes, Sample... samples) {
    return new OpSpec(key, dtypes, true, Tolerance.exact(), Special.FEW, "", List.of(samples));
  }

  public OpSpec within(Tolerance other) {
    return new OpSpec(key, dtypes, differentiable, other, special, onnx, samples);
  }

  public OpSpec withoutGradient() {
    return new OpSpec(key, dtypes, false, tolerance, special, onnx, samples);
  }

  public OpSpec special(Special other) {
    return new OpSpec(key, dtypes, differentiable, tolerance, other, onnx, samples);
  }

  public OpSpec onnx(String name) {
    return new OpSpec(key, dtypes, differentiable, tolerance, special, name, samples);
  }

  /** The specs of all primitives and composites, in the order of the table. */
  public static List<OpSpec> all() {
    return Stream.of(
            ElementwiseSpecs.all(),
            MovingSpecs.all(),
            FoldingSpecs.all(),
            IndexSpecs.all(),
            ContractionSpecs.all(),
            PoolSpecs.all(),
            CreationSpecs.all(),
            LinalgSpecs.all(),
            CompositeSpecs.all())
        .flatMap(List::stream)
        .toList();
  }

  /**
   * The key of an op: its class name, and the constant of its kind if one of its components is an
   * enum of the op package; for example {@code MatMul} or {@code Unary EXP}.
   */
  public static String keyOf(Op op) {
    String name = op.getClass().getSimpleName();
    if (op instanceof Record && !(op instanceof dev.gatun.tensor.op.CustomOp)) {
      for (RecordComponent c : op.getClass().getRecordComponents()) {
        if (isKind(c)) {
          try {
            return name + " " + c.getAccessor().invoke(op);
          } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot read " + c + " of " + op, e);
          }
        }
      }
    }
    return name;
  }

  /** The keys that all values of an op record class have. */
  static Stream<String> keysOf(Class<?> op) {
    for (RecordComponent c : op.getRecordComponents()) {
      if (isKind(c)) {
        return Arrays.stream(c.getType().getEnumConstants())
            .map(k -> op.getSimpleName() + " " + ((Enum<?>) k).name());
      }
    }
    return Stream.of(op.getSimpleName());
  }

  private static boolean isKind(RecordComponent c) {
    return c.getType().isEnum() && c.getType().getPackageName().equals(Op.class.getPackageName());
  }

  @Override
  public String toString() {
    return key;
  }
}
