package dev.gatun.tensor.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.UnsupportedOpException;
import dev.gatun.tensor.conformance.OpSpec.Special;
import dev.gatun.tensor.op.Effect;
import dev.gatun.tensor.op.Op;
import dev.gatun.tensor.op.Primitive;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The tests that every backend passes: each op with each dtype in each memory layout against the
 * device {@code scalar} on contiguous operands. Each also checks that a second run gives the same
 * bits, that operands stay as they are and share no memory with results, and that nothing leaks.
 *
 * <p>Extend it, say which device, and JUnit runs it. Override {@link #specs()} to test custom ops,
 * whose {@code execute} must then know the device {@code scalar}, too.
 */
public abstract class BackendConformance {

  /** The device under test. */
  protected abstract Device device();

  /** What to test: all ops by default. */
  protected List<OpSpec> specs() {
    return OpSpec.all();
  }

  /** Whether the backend must support an op for a dtype; where it need not, it may refuse. */
  protected boolean required(OpSpec spec, DType dtype) {
    return true;
  }

  @TestFactory
  Stream<DynamicContainer> ops() {
    return specs().stream().map(s -> dynamicContainer(s.key(), tests(s)));
  }

  private Stream<DynamicTest> tests(OpSpec spec) {
    List<DynamicTest> tests = new ArrayList<>();
    for (DType dtype : spec.dtypes()) {
      for (Arrangement a : Arrangement.values()) {
        boolean any = a == Arrangement.CONTIGUOUS;
        any |= spec.samples().stream().anyMatch(s -> !s.inputs().isEmpty());
        if (any) {
          tests.add(test(spec, dtype, a, Special.NONE));
        }
      }
      if (spec.special() != Special.NONE) {
        tests.add(test(spec, dtype, Arrangement.CONTIGUOUS, spec.special()));
      }
    }
    return tests.stream();
  }

  private DynamicTest test(OpSpec spec, DType dtype, Arrangement arrangement, Special special) {
    String how =
        special == Special.NONE
            ? arrangement.toString().toLowerCase(Locale.ROOT)
            : "special values";
    return dynamicTest(
        spec.key() + " " + dtype + " " + how,
        () -> {
          long live = Gatun.memory(device()).live();
          try {
            for (int i = 0; i < spec.samples().size(); i++) {
              run(spec, i, dtype, arrangement, special);
            }
          } catch (UnsupportedOpException e) {
            if (required(spec, dtype)) {
              throw e;
            }
            Assumptions.abort(e.getMessage());
          }
          assertThat(Gatun.memory(device()).live())
              .as("live bytes after the test")
              .isLessThanOrEqualTo(live);
        });
  }

  private void run(OpSpec spec, int number, DType dtype, Arrangement arrangement, Special special) {
    Sample sample = spec.samples().get(number);
    boolean plain = arrangement == Arrangement.CONTIGUOUS && special == Special.NONE;
    if (!sample.takes(dtype) || (sample.large() && !(plain && dtype == large(spec)))) {
      return;
    }
    Random random = new Random(number + 1);
    Op op = sample.op().apply(dtype);
    try (Scope _ = Scope.open()) {
      int n = sample.inputs().size();
      Tensor[] inputs = new Tensor[n];
      Tensor[] reference = new Tensor[n];
      for (int i = 0; i < n; i++) {
        Input input = sample.inputs().get(i);
        DType t = input.dtype(dtype);
        double[] values = input.values(random, t);
        if (special != Special.NONE && input.content() == Input.Content.REAL) {
          Specials.sprinkle(values, input, t, special, random);
        }
        boolean keepsItsNature =
            arrangement != Arrangement.BROADCAST || !isMatrix(input) || input.shape().rank() > 2;
        Arrangement a = keepsItsNature ? arrangement : Arrangement.CONTIGUOUS;
        inputs[i] = a.make(values, input.shape(), t, device());
        reference[i] =
            Arrangement.host(a.content(values, input.shape()), input.shape(), t, Device.SCALAR);
      }
      check(spec, "sample " + number + ", " + op + " of " + types(inputs), op, inputs, reference);
    }
  }

  private static DType large(OpSpec spec) {
    return spec.dtypes().contains(DType.FLOAT32)
        ? DType.FLOAT32
        : spec.dtypes().contains(DType.INT32) ? DType.INT32 : DType.INT64;
  }

  private static boolean isMatrix(Input input) {
    return switch (input.content()) {
      case POSITIVE_DEFINITE, SYMMETRIC, INVERTIBLE -> true;
      case REAL, INDEX, UNIQUE_INDEX, CONDITION -> false;
    };
  }

  private void check(OpSpec spec, String what, Op op, Tensor[] inputs, Tensor[] reference) {
    List<long[]> before = Arrays.stream(inputs).map(Bits::of).toList();
    Tensor[] got = call(device(), op, inputs);
    Tensor[] again = call(device(), op, inputs);
    Tensor[] want = call(Device.SCALAR, op, reference);
    assertThat(got).as(what + ": number of outputs").hasSameSizeAs(want);
    for (int i = 0; i < want.length; i++) {
      String output = what + ", output " + i;
      assertThat(got[i].type()).as(output).isEqualTo(want[i].type());
      assertNear(spec.tolerance(), output, got[i], want[i]);
      assertSame(output + " of a second run", Bits.of(again[i]), Bits.of(got[i]));
      for (Tensor input : inputs) {
        if (!(op instanceof Primitive.View)) {
          assertThat(got[i].buf().storage())
              .as(output + " must not share an operand's memory")
              .isNotSameAs(input.buf().storage());
        }
      }
    }
    for (int i = 0; i < inputs.length; i++) {
      assertSame(what + ": operand " + i + " afterwards", Bits.of(inputs[i]), before.get(i));
    }
  }

  private static Tensor[] call(Device device, Op op, Tensor... inputs) {
    return inputs.length > 0
        ? Engine.callAll(op, inputs)
        : new Tensor[] {Engine.create(device, op)};
  }

  private static void assertNear(Tolerance tolerance, String what, Tensor got, Tensor want) {
    if (got.dtype() == DType.INT64) { // doubles would hide low bits
      assertThat(got.toLongArray()).as(what).isEqualTo(want.toLongArray());
      return;
    }
    double[] g = got.toDoubleArray();
    double[] w = want.toDoubleArray();
    for (int i = 0; i < w.length; i++) {
      if (!tolerance.accepts(want.dtype(), g[i], w[i])) {
        fail("%s: element %d is %s, expected %s within %s", what, i, g[i], w[i], tolerance);
      }
    }
  }

  private static void assertSame(String what, long[] got, long[] want) {
    int at = Arrays.mismatch(got, want);
    if (at >= 0) {
      fail("%s: the bits of element %d are %x, expected %x", what, at, got[at], want[at]);
    }
  }

  private static String types(Tensor[] inputs) {
    return Arrays.stream(inputs).map(Tensor::type).toList().toString();
  }

  @TestFactory
  Stream<DynamicTest> effects() {
    return EffectSpecs.all().stream()
        .flatMap(e ->
            e.dtypes().stream()
                .flatMap(t ->
                    Stream.of(Arrangement.CONTIGUOUS, Arrangement.SLICED)
                        .map(a ->
                            dynamicTest(e.effect() + " " + t + " " + a, () -> effect(e, t, a)))));
  }

  private void effect(EffectSpecs.EffectSpec spec, DType dtype, Arrangement arrangement) {
    for (Shape shape : List.of(Shape.of(5, 7), Shape.scalar(), Shape.of(0, 2), Shape.of(3001))) {
      long live = Gatun.memory(device()).live();
      try (Scope _ = Scope.open()) {
        Random random = new Random(7);
        int targets = spec.targets();
        Tensor[] got = new Tensor[targets + spec.inputs()];
        Tensor[] want = new Tensor[got.length];
        for (int i = 0; i < got.length; i++) {
          double[] values = Input.real(shape, 0.1, 3).values(random, dtype);
          got[i] = arrangement.make(values, shape, dtype, device());
          want[i] = Arrangement.host(values, shape, dtype, Device.SCALAR);
        }
        apply(spec.effect(), got, targets);
        apply(spec.effect(), want, targets);
        for (int i = 0; i < got.length; i++) {
          String what = spec.effect() + " of " + shape + ", operand " + i;
          assertNear(spec.tolerance(), what, got[i], want[i]);
        }
      }
      assertThat(Gatun.memory(device()).live()).isLessThanOrEqualTo(live);
    }
  }

  private static void apply(Effect effect, Tensor[] operands, int targets) {
    Engine.apply(
        effect,
        Arrays.copyOf(operands, targets),
        Arrays.copyOfRange(operands, targets, operands.length));
  }
}
