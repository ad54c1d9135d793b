package dev.gatun.tensor.op;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;

/**
 * The gradients of {@link ScaledDotProductAttention} with respect to q, k and v. Input (gradient g
 * [..., L, V], the results y [..., L, V] and logarithms [..., L], q, k, v[, mask]); outputs (of q
 * [..., L, E], of k [..., S, E], of v [..., S, V]) with the leading axes of g: nothing is summed
 * where an operand was broadcast.
 */
public record ScaledDotProductAttentionGrad(boolean causal, double scale) implements Composite {
  @Override
  public String name() {
    return "scaleddotproductattentiongrad";
  }

  @Override
  public TensorType[] infer(TensorType... in) {
    int operands = in.length - 3;
    TensorType[] forward = new TensorType[operands];
    System.arraycopy(in, 3, forward, 0, operands);
    TensorType[] results = new ScaledDotProductAttention(causal, scale).infer(forward);
    if (!in[0].equals(results[0]) || !in[1].equals(results[0]) || !in[2].equals(results[1])) {
      throw new ShapeException(
          "the gradient of attention expects a gradient and a result "
              + results[0]
              + " and logarithms "
              + results[1]
              + ", got "
              + in[0]
              + ", "
              + in[1]
              + " and "
              + in[2]);
    }
    Shape lead = in[0].shape().slice(0, in[0].shape().rank() - 2);
    TensorType[] out = new TensorType[3];
    for (int i = 0; i < 3; i++) {
      Shape s = forward[i].shape();
      Shape matrix = Shape.of(s.size(-2), s.size(-1));
      out[i] = new TensorType(in[0].dtype(), lead.concat(matrix));
    }
    return out;
  }

  @Override
  public Tensor[] decompose(Tensor... in) {
    Tensor g = in[0];
    Tensor q = in[3];
    Tensor k = in[4];
    Tensor v = in[5];
    var forward = new ScaledDotProductAttention(causal, scale);
    Tensor scores = forward.scores(q, k, in.length > 6 ? in[6] : null);
    Tensor p = scores.sub(in[2].unsqueeze(-1)).exp();
    Tensor delta = g.mul(in[1]).sum(true, -1);
    Tensor d = p.mul(g.matmul(v.t()).sub(delta)).mul(scale);
    return new Tensor[] {d.matmul(k), d.t().matmul(q), p.t().matmul(g)};
  }
}
