package dev.gatun.examples.conformance.families;

import dev.gatun.autograd.Gradients;
import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.nn.loss.Losses;
import dev.gatun.tensor.Convolutions;
import dev.gatun.tensor.Norms;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.UnsupportedOpException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Gradients of small programs as results, which are differentiated again. */
final class SecondOrderCases {
  private static final Map<String, Function<Context, Tensor>> PROGRAMS =
      Map.of(
          "y = sum(sigmoid(conv2d(x, w, pad 1))^2)",
          c -> Convolutions.conv2d(c.x(), c.in("w"), null, 1, 1, 1, 1).sigmoid().square().sum(),
          "y = sum(x^3 * sin(x))",
          c -> c.x().pow(3.0).mul(c.x().sin()).sum(),
          "y = sum(layer_norm(x)*v)^3",
          c ->
              Norms.layerNorm(c.x(), Shape.of(c.x().size(-1)), null, null, 1e-5)
                  .mul(c.in("v"))
                  .sum()
                  .pow(3.0),
          "y = mean(tanh(x W1^T) W2^T squared)",
          c -> c.x().matmul(c.in("w1").t()).tanh().matmul(c.in("w2").t()).square().mean(),
          "y = cross_entropy(x W, t)",
          c -> Losses.crossEntropy(c.x().matmul(c.in("w")), c.in("t")));

  private SecondOrderCases() {}

  static void addTo(Operations t) {
    t.ops("grad_of_grad", SecondOrderCases::compute);
  }

  private static Map<String, Tensor> compute(Context c) {
    Function<Context, Tensor> program = PROGRAMS.get(c.text("expr"));
    if (program == null) {
      throw new UnsupportedOpException("No program for the expression " + c.text("expr"));
    }
    Tensor y = program.apply(c);
    List<String> names = c.attributes().list("wrt").stream().map(String::valueOf).toList();
    Gradients first =
        c.tape()
            .gradients(List.of(y), List.of(y.onesLike()), names.stream().map(c::in).toList(), true);
    Map<String, Tensor> out = new LinkedHashMap<>();
    names.forEach(name -> out.put("first_" + name, first.get(c.in(name))));
    return out;
  }
}
