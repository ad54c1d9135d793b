package dev.gatun.examples.conformance.families;

import dev.gatun.autograd.Gradients;
import dev.gatun.autograd.Tape;
import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** Limits on given gradients, which are made those of {@code sum(leaf * gradient)}. */
final class ClipCases {
  private ClipCases() {}

  static void addTo(Operations t) {
    t.ops("clip_grad_norm", ClipCases::byNorm);
    t.ops("clip_grad_value", ClipCases::byValue);
  }

  private static Map<String, Tensor> byNorm(Context c) {
    double p = c.number("norm_type");
    return clip(c, g -> g.clipByNorm(c.number("max_norm"), p), p);
  }

  private static Map<String, Tensor> byValue(Context c) {
    return clip(c, g -> g.clipByValue(c.number("clip_value")), 2);
  }

  private interface Limit {
    Gradients of(Gradients gradients);
  }

  private static Map<String, Tensor> clip(Context c, Limit limit, double p) {
    Map<String, Tensor> leaves = new LinkedHashMap<>();
    c.inputs().forEach((name, g) -> leaves.put(name, g.zerosLike().requiresGrad(true)));
    Map<String, Tensor> out = new LinkedHashMap<>();
    try (Tape tape = Tape.record()) {
      Tensor y = Tensor.zeros(Shape.scalar(), c.dtype(), c.device());
      for (Map.Entry<String, Tensor> e : leaves.entrySet()) {
        y = y.add(e.getValue().mul(c.in(e.getKey())).sum());
      }
      Gradients gradients = tape.gradients(y);
      Gradients clipped = limit.of(gradients);
      out.put("total_norm", tape.keep(gradients.globalNorm(p)));
      leaves.forEach((name, leaf) -> out.put(name, tape.keep(clipped.get(leaf))));
    }
    return out;
  }
}
