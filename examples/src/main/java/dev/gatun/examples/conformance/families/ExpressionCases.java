package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.UnsupportedOpException;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Small programs of one operand, given by their text. */
final class ExpressionCases {
  private static final Map<String, UnaryOperator<Tensor>> PROGRAMS =
      Map.of(
          "y = mean over dim0 of (x[:,None]*x[None,:]) summed",
          x -> x.unsqueeze(1).mul(x.unsqueeze(0)).mean(0).sum(),
          "60 times: h = h + 0.05*sin(1.3*h); starting at h = x",
          ExpressionCases::deepChain,
          "y = sum(x * stop_gradient(x*x) + x)",
          x -> x.mul(x.mul(x).detach()).add(x).sum(),
          "a=exp(x*.3); b=a*a; c=a+b; y=b*c/(1+a)",
          ExpressionCases::diamond,
          "h = x*2; h[0] := 0 (functional); y = sum(h^3)",
          ExpressionCases::firstCleared,
          "y = sum(x*x + sin(x)*x)",
          x -> x.mul(x).add(x.sin().mul(x)).sum(),
          "u = exp(x) unused; y = sum(3x)",
          ExpressionCases::unusedBranch,
          "y = (permute(x,[2,0,1])[1:, ::2] * 2).transpose(0,1).sum(last).exp()",
          ExpressionCases::viewsOfViews);

  private ExpressionCases() {}

  static void addTo(Operations t) {
    t.op("expr", ExpressionCases::compute);
  }

  private static Tensor compute(Context c) {
    UnaryOperator<Tensor> program = PROGRAMS.get(c.text("expr"));
    if (program == null) {
      throw new UnsupportedOpException("No program for the expression " + c.text("expr"));
    }
    return program.apply(c.x());
  }

  private static Tensor deepChain(Tensor x) {
    Tensor h = x;
    for (int i = 0; i < 60; i++) {
      h = h.add(h.mul(1.3).sin().mul(0.05));
    }
    return h;
  }

  private static Tensor diamond(Tensor x) {
    Tensor a = x.mul(0.3).exp();
    Tensor b = a.mul(a);
    Tensor c = a.add(b);
    return b.mul(c).div(a.add(1.0));
  }

  private static Tensor firstCleared(Tensor x) {
    Tensor h = x.mul(2.0);
    Tensor zero = Tensor.zeros(Shape.of(1), x.dtype(), x.device());
    return Tensor.concat(0, zero, h.narrow(0, 1, h.size(0) - 1)).pow(3.0).sum();
  }

  private static Tensor unusedBranch(Tensor x) {
    x.exp();
    return x.mul(3.0).sum();
  }

  private static Tensor viewsOfViews(Tensor x) {
    Tensor p = x.permute(2, 0, 1);
    Tensor part = p.slice(0, 1, p.size(0), 1).slice(1, 0, p.size(1), 2);
    return part.mul(2.0).transpose(0, 1).sum(-1).exp();
  }
}
