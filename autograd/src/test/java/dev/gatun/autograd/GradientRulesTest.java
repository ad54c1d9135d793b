package dev.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.conformance.OpSpec;
import dev.gatun.tensor.conformance.Sample;
import dev.gatun.tensor.op.Op;
import dev.gatun.tensor.op.Primitive;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every op that has a gradient, against central differences in float64. */
final class GradientRulesTest {
  static List<Case> cases() {
    return Cases.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithCentralDifferences(Case sample) {
    sample.check();
  }

  /** A differentiable op of the registry on operands of a sample. */
  record Registered(String key, Op op, Sample sample) {
    @Override
    public String toString() {
      return key + " " + op;
    }
  }

  static List<Registered> registered() {
    return OpSpec.all().stream()
        .filter(OpSpec::differentiable)
        .flatMap(spec ->
            spec.samples().stream()
                .filter(Sample::gradient)
                .map(s -> new Registered(spec.key(), s.op().apply(DType.FLOAT64), s)))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("registered")
  void everyOpOfTheRegistryAgrees(Registered r) {
    try (Scope _ = Scope.open()) {
      Tensor[] inputs = r.sample.gradientInputs(Gatun.defaultDevice());
      // These read one triangle, so that a difference must change both.
      boolean symmetric = r.op instanceof Primitive.Cholesky || r.op instanceof Primitive.Eigh;
      new Case(r.key, in -> joined(r.op, symmetric ? symmetric(in) : in), 2, List.of(inputs))
          .check();
    }
  }

  private static Tensor[] symmetric(Tensor[] in) {
    return new Tensor[] {in[0].add(in[0].t()).mul(0.5)};
  }

  /** The float outputs one after another. */
  private static Tensor joined(Op op, Tensor[] in) {
    return Tensor.concat(
        0,
        Arrays.stream(Engine.callAll(op, in))
            .filter(t -> t.dtype().isFloat())
            .map(t -> t.reshape(-1))
            .toArray(Tensor[]::new));
  }

  /**
   * The gate: the registry has every op, and says of each whether it is differentiable. An op with
   * a rule must say so and bring a sample for its check.
   */
  @Test
  void everyRuleIsChecked() {
    try (Scope _ = Scope.open()) {
      for (OpSpec spec : OpSpec.all()) {
        boolean checked = spec.samples().stream().anyMatch(Sample::gradient);
        assertThat(checked || !spec.differentiable()).as(spec.key()).isTrue();
        for (Sample s : spec.samples().stream().filter(s -> !s.large()).toList()) {
          Tensor[] in = s.gradientInputs(Gatun.defaultDevice());
          boolean rule =
              in.length > 0
                  && GradientRules.of(s.op().apply(DType.FLOAT64), in).kind() != Rule.Kind.NONE;
          assertThat(rule).as(spec.key() + " has a rule").isEqualTo(spec.differentiable());
        }
      }
    }
  }

  /** The rules of ops that are not decomposed must not read what they did not save. */
  @Test
  void asksOnlyForTheGradientsThatAreWanted() {
    try (Scope _ = Scope.open()) {
      for (Case c : Cases.all()) {
        for (int i = 0; i < c.inputs().size(); i++) {
          Tensor x = c.inputs().get(i);
          if (!x.dtype().isFloat()) {
            continue;
          }
          Tensor[] in = c.inputs().toArray(Tensor[]::new);
          in[i] = x.detach().requiresGrad(true);
          for (int j = 0; j < in.length; j++) {
            in[j] = j == i ? in[j] : in[j].detach();
          }
          try (Tape tape = Tape.record()) {
            Tensor y = c.function().apply(in);
            Gradients g = tape.gradients(y, y.onesLike());
            assertThat(g.size()).as(c.name()).isEqualTo(1);
            assertThat(g.get(in[i]).shape()).as(c.name()).isEqualTo(x.shape());
          }
        }
      }
    }
  }
}
