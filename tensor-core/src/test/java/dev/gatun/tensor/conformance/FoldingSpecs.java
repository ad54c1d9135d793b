package dev.gatun.tensor.conformance;

import static dev.gatun.tensor.conformance.Input.real;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ReduceKind;
import dev.gatun.tensor.op.ScanKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reductions, scans and sorting. Stateless. */
final class FoldingSpecs {
  private static final Dims NONE = Dims.of(new int[0]);

  private FoldingSpecs() {}

  static List<OpSpec> all() {
    List<OpSpec> specs = new ArrayList<>();
    for (ReduceKind kind : ReduceKind.values()) {
      specs.add(reduce(kind));
    }
    for (ScanKind kind : ScanKind.values()) {
      specs.add(scan(kind));
    }
    specs.add(
        OpSpec.of(
                "Sort",
                OpSpec.ALL,
                Sample.of(new Primitive.Sort(1, false), real(4, 9)),
                Sample.of(new Primitive.Sort(0, true), real(7, 3)),
                Sample.of(new Primitive.Sort(1, true), real(2, 6, 3)),
                Sample.of(new Primitive.Sort(0, false), real()),
                Sample.of(new Primitive.Sort(1, false), real(2, 0)),
                Sample.of(new Primitive.Sort(0, false), real(20_001)).forSize())
            .onnx("TopK"));
    specs.add(
        OpSpec.of(
                "NonZero",
                OpSpec.ALL,
                Sample.of(new Primitive.NonZero(), real(3, 4, 2)),
                Sample.of(new Primitive.NonZero(), real(17)),
                Sample.of(new Primitive.NonZero(), real(0, 3)),
                Sample.of(new Primitive.NonZero(), real()))
            .withoutGradient()
            .onnx("NonZero"));
    return specs;
  }

  private static Primitive.Reduce over(ReduceKind kind, boolean keep, int... axes) {
    return new Primitive.Reduce(kind, Dims.of(axes), keep);
  }

  private static OpSpec reduce(ReduceKind kind) {
    boolean arithmetic = kind == ReduceKind.SUM || kind == ReduceKind.PROD;
    Set<DType> dtypes = arithmetic ? OpSpec.NUMBERS : OpSpec.ALL;
    List<Sample> samples = new ArrayList<>();
    samples.add(Sample.of(over(kind, false, 0, 1), real(4, 5)));
    samples.add(Sample.of(over(kind, true, 1), real(3, 5, 2)));
    samples.add(Sample.of(over(kind, false, 0), real(5, 17)));
    samples.add(Sample.of(over(kind, false, 0, 2), real(2, 3, 19)));
    samples.add(Sample.of(over(kind, true, 2), real(2, 1, 37)));
    samples.add(Sample.of(new Primitive.Reduce(kind, NONE, false), real()));
    samples.add(Sample.of(over(kind, false, 1), real(0, 3)));
    if (arithmetic) {
      samples.add(Sample.of(over(kind, false, 0), real(0, 3)));
    }
    if (kind != ReduceKind.PROD) {
      samples.add(Sample.of(over(kind, false, 0), real(70_001)).forSize());
      samples.add(Sample.of(over(kind, false, 1), real(70, 1001)).forSize());
      samples.add(Sample.of(over(kind, false, 0), real(1001, 70)).forSize());
    }
    OpSpec spec = OpSpec.of("Reduce " + kind, dtypes, samples.toArray(Sample[]::new));
    return switch (kind) {
      // Up to 70,001 terms of magnitude 3 in any blocked order.
      case SUM -> spec.within(Tolerance.sum(16, 8)).onnx("ReduceSum");
      case PROD -> spec.within(Tolerance.steps(32, 2, 0)).onnx("ReduceProd");
      case MAX -> spec.onnx("ReduceMax");
      case MIN -> spec.onnx("ReduceMin");
      case ARGMAX -> spec.withoutGradient().onnx("ArgMax");
      case ARGMIN -> spec.withoutGradient().onnx("ArgMin");
    };
  }

  private static OpSpec scan(ScanKind kind) {
    boolean arithmetic = kind == ScanKind.SUM || kind == ScanKind.PROD;
    OpSpec spec =
        OpSpec.of(
            "Scan " + kind,
            arithmetic ? OpSpec.NUMBERS : OpSpec.ALL,
            Sample.of(new Primitive.Scan(kind, 0, false), real(6, 3)),
            Sample.of(new Primitive.Scan(kind, 1, true), real(2, 5, 3)),
            Sample.of(new Primitive.Scan(kind, 2, false), real(2, 3, 7)),
            Sample.of(new Primitive.Scan(kind, 0, false), real()),
            Sample.of(new Primitive.Scan(kind, 1, false), real(3, 0)));
    return switch (kind) {
      case SUM -> spec.within(Tolerance.steps(16, 8, 8)).onnx("CumSum");
      case PROD -> spec.within(Tolerance.steps(32, 8, 0)).onnx("CumProd");
      case MAX, MIN -> spec;
    };
  }
}
