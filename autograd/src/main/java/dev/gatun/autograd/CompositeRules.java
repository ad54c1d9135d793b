package dev.gatun.autograd;

import static dev.gatun.autograd.Saves.INPUTS;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.ActivationKind;
import dev.gatun.tensor.op.BatchNorm;
import dev.gatun.tensor.op.BatchNormGrad;
import dev.gatun.tensor.op.CrossEntropyGrad;
import dev.gatun.tensor.op.LayerNorm;
import dev.gatun.tensor.op.LayerNormGrad;
import dev.gatun.tensor.op.ReluGrad;
import dev.gatun.tensor.op.ScaledDotProductAttention;
import dev.gatun.tensor.op.ScaledDotProductAttentionGrad;
import dev.gatun.tensor.op.SoftmaxGrad;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The gradients of composites that have one in closed form. */
final class CompositeRules {
  /** Linear in the gradient; flat in relu's result. */
  static final Rule RELU_GRAD =
      Rule.of(
          Rule.wrt(Saves.B, s -> Engine.call(new ReluGrad(), s.g(), s.b())),
          Rule.wrt(s -> s.zeros(1)));

  private CompositeRules() {}

  static Rule softmax(int axis, boolean log) {
    var backward = new SoftmaxGrad(axis, log);
    return Rule.gy((g, y) -> Engine.call(backward, g, y));
  }

  static Rule silu() {
    return Rule.gx((g, x) -> UnaryRules.activation(ActivationKind.SILU, g, x));
  }

  static Rule gelu(boolean tanh) {
    ActivationKind kind = tanh ? ActivationKind.GELU_TANH : ActivationKind.GELU;
    return Rule.gx((g, x) -> UnaryRules.activation(kind, g, x));
  }

  /** Only x and the weight are saved; mean and variance are computed again. */
  static Rule layerNorm(LayerNorm op) {
    var backward = new LayerNormGrad(op.axes(), op.epsilon());
    return Rule.all(
        new Saves(3, 0),
        s -> {
          Tensor[] d =
              s.inputs() > 1
                  ? Engine.callAll(backward, s.g(), s.a(), s.b())
                  : Engine.callAll(backward, s.g(), s.a());
          @Nullable Tensor[] out = new @Nullable Tensor[s.inputs()];
          for (int i = 0; i < out.length; i++) {
            out[i] = s.wants(i) ? d[i] : null;
          }
          return out;
        });
  }

  /** Reads x, the weight and the statistics, which may have gradients of their own. */
  static Rule batchNorm(BatchNorm op) {
    var backward = new BatchNormGrad(op.epsilon());
    return Rule.all(
        new Saves(3, 6),
        s -> {
          Tensor x = s.a();
          Tensor mean = s.y(1);
          Tensor[] d =
              s.inputs() > 1
                  ? Engine.callAll(backward, s.g(), x, mean, s.y(2), s.b())
                  : Engine.callAll(backward, s.g(), x, mean, s.y(2));
          @Nullable Tensor[] out = new @Nullable Tensor[s.inputs()];
          out[0] = s.wants(0) ? ofStatistics(s, d[0], x, mean) : null;
          for (int i = 1; i < out.length; i++) {
            out[i] = s.wants(i) ? d[i] : null;
          }
          return out;
        });
  }

  /** Adds what comes through the mean and the variance of a batch. */
  private static Tensor ofStatistics(Step s, Tensor dx, Tensor x, Tensor mean) {
    double n = (double) x.numel() / Math.max(1, x.size(1));
    long[] wide = new long[x.rank()];
    Arrays.fill(wide, 1);
    wide[1] = x.size(1);
    Tensor sum = dx;
    if (s.hasG(1)) {
      sum = sum.add(s.g(1).mul(1 / n).reshape(wide));
    }
    if (s.hasG(2)) {
      sum = sum.add(x.sub(mean.reshape(wide)).mul(s.g(2).mul(2 / n).reshape(wide)));
    }
    return sum;
  }

  /** A sixth between -3 and 3; PyTorch has it as a float32 number for every dtype. */
  static Rule hardSigmoid() {
    return Rule.gx((g, x) -> {
      Tensor slope = g.mul((double) (1 / 6f));
      return x.abs().lt(3.0).where(slope, slope.zerosLike());
    });
  }

  static Rule crossEntropy() {
    var backward = new CrossEntropyGrad();
    return Rule.of(Rule.wrt(INPUTS, s -> Engine.call(backward, s.g(), s.a(), s.b())));
  }

  /** Saved are the operands and the results, never the weights. */
  static Rule attention(ScaledDotProductAttention op) {
    return Rule.all(
        new Saves(-1, 3),
        s -> {
          boolean mask = s.inputs() > 3 && s.wants(3) && s.dtype(3) != DType.BOOL;
          if (mask || s.hasG(1)) {
            return attentionByWeights(op, s, mask);
          }
          Tensor[] in = new Tensor[3 + s.inputs()];
          in[0] = s.g();
          in[1] = s.y(0);
          in[2] = s.y(1);
          for (int i = 3; i < in.length; i++) {
            in[i] = s.x(i - 3);
          }
          var gradient = new ScaledDotProductAttentionGrad(op.causal(), op.scale());
          Tensor[] all = Engine.callAll(gradient, in);
          @Nullable Tensor[] out = new @Nullable Tensor[s.inputs()];
          for (int i = 0; i < 3; i++) {
            out[i] = s.wants(i) ? all[i] : null;
          }
          return out;
        });
  }

  /** Where the mask or the logarithms take part: the weights are computed again. */
  private static @Nullable Tensor[] attentionByWeights(
      ScaledDotProductAttention op, Step s, boolean mask) {
    Tensor p = op.weights(s.x(0), s.x(1), s.inputs() > 3 ? s.x(3) : null);
    Tensor gp = s.g().matmul(s.x(2).t());
    Tensor scores = p.mul(gp.sub(gp.mul(p).sum(true, -1)));
    if (s.hasG(1)) {
      scores = scores.add(p.mul(s.g(1).unsqueeze(-1)));
    }
    Tensor scaled = scores.mul(op.scale());
    @Nullable Tensor[] out = new @Nullable Tensor[s.inputs()];
    out[0] = s.wants(0) ? scaled.matmul(s.x(1)) : null;
    out[1] = s.wants(1) ? scaled.t().matmul(s.x(0)) : null;
    out[2] = s.wants(2) ? p.t().matmul(s.g()) : null;
    if (mask) {
      out[3] = scores;
    }
    return out;
  }
}
