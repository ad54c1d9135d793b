package dev.gatun.tensor.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.Composite;
import dev.gatun.tensor.op.Effect;
import dev.gatun.tensor.op.Op;
import dev.gatun.tensor.op.Primitive;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class OpSpecTest {
  /** The record classes below a sealed interface. */
  private static Stream<Class<?>> records(Class<?> type) {
    return type.isRecord()
        ? Stream.of(type)
        : Stream.of(type.getPermittedSubclasses()).flatMap(OpSpecTest::records);
  }

  @Test
  void everyOpHasASpec() {
    List<String> wanted =
        Stream.of(Primitive.class, Composite.class)
            .flatMap(OpSpecTest::records)
            .flatMap(OpSpec::keysOf)
            .toList();
    List<String> have = OpSpec.all().stream().map(OpSpec::key).toList();
    assertThat(have).doesNotHaveDuplicates();
    assertThat(wanted.stream().filter(k -> !have.contains(k)))
        .as("ops without a spec; add them to CompositeSpecs or its like")
        .isEmpty();
    assertThat(have.stream().filter(k -> !wanted.contains(k))).as("specs without an op").isEmpty();
  }

  @Test
  void samplesBelongToTheirSpec() {
    for (OpSpec spec : OpSpec.all()) {
      assertThat(spec.samples()).as(spec.key()).isNotEmpty();
      for (Sample sample : spec.samples()) {
        DType dtype = spec.dtypes().stream().filter(sample::takes).findFirst().orElseThrow();
        Op op = sample.op().apply(dtype);
        assertThat(OpSpec.keyOf(op)).isEqualTo(spec.key());
      }
    }
  }

  @Test
  void everyEffectHasASpec() {
    List<String> wanted = records(Effect.class).map(Class::getSimpleName).toList();
    assertThat(EffectSpecs.all().stream().map(e -> e.effect().getClass().getSimpleName()))
        .containsAll(wanted);
  }

  @Test
  void gradientInputsDifferAndKeepAwayFromKinks() {
    try (Scope _ = Scope.open()) {
      for (OpSpec spec : OpSpec.all()) {
        for (Sample sample : spec.samples()) {
          if (!spec.differentiable() || !sample.gradient() || sample.inputs().isEmpty()) {
            continue;
          }
          Tensor[] tensors = sample.gradientInputs(Device.SCALAR);
          for (int i = 0; i < tensors.length; i++) {
            Input input = sample.inputs().get(i);
            if (input.content() == Input.Content.REAL) {
              double[] v = tensors[i].toDoubleArray();
              assertThat(v).as(spec.key()).doesNotHaveDuplicates();
              for (double x : v) {
                double kink = Double.isInfinite(input.kink()) ? 0 : input.kink();
                double nearest = kink == 0 ? 0 : Math.rint(x / kink) * kink;
                assertThat(input.kink() == 0 || Math.abs(x - nearest) > 0.05)
                    .as(spec.key() + " " + x)
                    .isTrue();
              }
            }
          }
        }
      }
    }
  }
}
