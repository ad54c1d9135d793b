package dev.gatun.tensor.conformance;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.op.Effect;
import java.util.List;
import java.util.Set;

/** What is known of the changes in place. Stateless. */
final class EffectSpecs {
  private EffectSpecs() {}

  /** An effect on some targets and inputs of one shape. */
  record EffectSpec(
      Effect effect, int targets, int inputs, Set<DType> dtypes, Tolerance tolerance) {}

  static List<EffectSpec> all() {
    // A fused step rounds 16-bit values once, the decomposed one after each operation.
    Tolerance steps = Tolerance.steps(16, 16, 4);
    return List.of(
        new EffectSpec(new Effect.Assign(), 1, 1, OpSpec.ALL, Tolerance.exact()),
        new EffectSpec(
            new Effect.SgdStep(0.1, 0, 0, 0.01, false, true), 1, 1, OpSpec.FLOATS, steps),
        new EffectSpec(
            new Effect.SgdStep(0.1, 0.9, 0.1, 0, false, true), 2, 1, OpSpec.FLOATS, steps),
        new EffectSpec(
            new Effect.SgdStep(0.1, 0.9, 0, 0.01, true, false), 2, 1, OpSpec.FLOATS, steps),
        new EffectSpec(
            new Effect.AdamStep(0.01, 0.9, 0.999, 1e-8, 0, false, 1), 3, 1, OpSpec.FLOATS, steps),
        new EffectSpec(
            new Effect.AdamStep(0.01, 0.9, 0.999, 1e-8, 0.1, true, 3), 3, 1, OpSpec.FLOATS, steps),
        new EffectSpec(
            new Effect.AdamStep(0.01, 0.9, 0.99, 1e-8, 0.1, false, 9), 3, 1, OpSpec.FLOATS, steps));
  }
}
