package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.tensor.Norms;
import dev.gatun.tensor.Norms.BatchNormed;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Normalisations. */
final class NormCases {
  private NormCases() {}

  static void addTo(Operations t) {
    t.ops("batch_norm", NormCases::batchNorm);
    t.op(
        "layer_norm",
        c -> Norms.layerNorm(c.x(), normalized(c), weight(c), bias(c), c.number("eps")));
    t.op(
        "rms_norm",
        c -> Norms.rmsNorm(c.x(), Shape.of(c.x().size(-1)), weight(c), c.number("eps")));
    t.op(
        "group_norm",
        c -> Norms.groupNorm(c.x(), c.integer("groups"), weight(c), bias(c), c.number("eps")));
    t.op("instance_norm", c -> Norms.instanceNorm(c.x(), weight(c), bias(c), c.number("eps")));
    t.op(
        "normalize", c -> Norms.normalize(c.x(), c.number("p"), c.integer("dim"), c.number("eps")));
    t.op(
        "local_response_norm",
        c ->
            Norms.localResponseNorm(
                c.x(), c.integer("size"), c.number("alpha"), c.number("beta"), c.number("k")));
  }

  private static Shape normalized(Context c) {
    return Shape.of(c.longs("normalized_shape"));
  }

  private static @Nullable Tensor weight(Context c) {
    return c.optional("weight");
  }

  private static @Nullable Tensor bias(Context c) {
    return c.optional("bias");
  }

  private static Map<String, Tensor> batchNorm(Context c) {
    Tensor mean = c.in("running_mean");
    Tensor var = c.in("running_var");
    double eps = c.number("eps");
    BatchNormed out =
        c.flag("training")
            ? Norms.batchNormTraining(
                c.x(), mean, var, weight(c), bias(c), c.number("momentum"), eps)
            : new BatchNormed(
                Norms.batchNorm(c.x(), mean, var, weight(c), bias(c), eps), mean, var);
    return Map.of(
        "y", out.y(), "new_running_mean", out.runningMean(), "new_running_var", out.runningVar());
  }
}
