package dev.gatun.examples.conformance.families;

import dev.gatun.autograd.Gradients;
import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** Limits on the size of gradients; the operands are gradients, of tensors that do not matter. */
final class ClipCases {
  private ClipCases() {}

  static void addTo(Operations t) {
    t.ops("clip_grad_norm", ClipCases::byNorm);
    t.ops("clip_grad_value", c -> named(c, operands(c).clipByValue(c.number("clip_value"))));
  }

  private static Map<String, Tensor> byNorm(Context c) {
    Gradients gradients = operands(c);
    double p = c.number("norm_type");
    Map<String, Tensor> out = named(c, gradients.clipByNorm(c.number("max_norm"), p));
    out.put("total_norm", gradients.globalNorm(p));
    return out;
  }

  /** Each operand as the gradient of itself. */
  private static Gradients operands(Context c) {
    Map<Tensor, Tensor> gradients = new LinkedHashMap<>();
    c.inputs().values().forEach(g -> gradients.put(g, g));
    return Gradients.of(gradients);
  }

  private static Map<String, Tensor> named(Context c, Gradients gradients) {
    Map<String, Tensor> out = new LinkedHashMap<>();
    c.inputs().forEach((name, g) -> out.put(name, gradients.get(g)));
    return out;
  }
}
