package dev.gatun.tensor.op;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.DTypeException;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * {@code softmax(q * k^T * scale + mask) * v} (Vaswani and others 2017). Input (q [..., L, E], k
 * [..., S, E], v [..., S, V][, mask, broadcast to [..., L, S]]); leading axes broadcast. A bool
 * mask is true where a query may attend, a float mask is added. Causal: query i attends to keys 0
 * to i. Whether a value that is infinite meets its forbidden key's weight as 0 times infinity or is
 * left out is not defined. Outputs (y [..., L, V], the logarithm of the sum of the exponentials of
 * each query's scores [..., L], which the gradient reads).
 */
public record ScaledDotProductAttention(boolean causal, double scale) implements Composite {
  @Override
  public String name() {
    return "scaleddotproductattention";
  }

  @Override
  public TensorType[] infer(TensorType... in) {
    Shape q = in[0].shape();
    Shape k = in[1].shape();
    Shape v = in[2].shape();
    if (q.rank() < 2
        || k.rank() < 2
        || v.rank() < 2
        || q.size(-1) != k.size(-1)
        || k.size(-2) != v.size(-2)) {
      throw new ShapeException(
          "attention expects q [..., L, E], k [..., S, E] and v [..., S, V], got shapes "
              + q
              + ", "
              + k
              + " and "
              + v);
    }
    if (in[0].dtype() != in[1].dtype() || in[0].dtype() != in[2].dtype()) {
      throw new DTypeException(
          "attention needs q, k and v of one dtype, got "
              + in[0].dtype()
              + ", "
              + in[1].dtype()
              + " and "
              + in[2].dtype());
    }
    Shape lead = Shape.broadcast(q.slice(0, q.rank() - 2), k.slice(0, k.rank() - 2));
    lead = Shape.broadcast(lead, v.slice(0, v.rank() - 2));
    if (in.length > 3) {
      Shape scores = lead.concat(Shape.of(q.size(-2), k.size(-2)));
      if (!Shape.broadcast(scores, in[3].shape()).equals(scores)) {
        throw new ShapeException(
            "attention expects a mask that broadcasts to " + scores + ", got " + in[3].shape());
      }
    }
    return new TensorType[] {
      new TensorType(in[0].dtype(), lead.concat(Shape.of(q.size(-2), v.size(-1)))),
      new TensorType(in[0].dtype(), lead.concat(Shape.of(q.size(-2))))
    };
  }

  @Override
  public Tensor[] decompose(Tensor... in) {
    Tensor scores = scores(in[0], in[1], in.length > 3 ? in[3] : null);
    Tensor y = scores.softmax(-1).matmul(in[2]);
    Tensor logs = scores.logsumexp(-1);
    Shape lead = y.shape().slice(0, y.rank() - 1);
    return new Tensor[] {y, logs.shape().equals(lead) ? logs : logs.expand(lead).contiguous()};
  }

  /** The attention weights [..., L, S]. */
  public Tensor weights(Tensor q, Tensor k, @Nullable Tensor mask) {
    return scores(q, k, mask).softmax(-1);
  }

  /** The scores [..., L, S], which the weights are the softmax of. */
  Tensor scores(Tensor q, Tensor k, @Nullable Tensor mask) {
    Tensor scores = q.matmul(k.t()).mul(scale);
    if (mask != null && mask.dtype() != DType.BOOL) {
      scores = scores.add(mask);
    } else if (mask != null) {
      scores = scores.maskedFill(mask.not(), Double.NEGATIVE_INFINITY);
    }
    if (causal) {
      Tensor row = positions(q, q.size(-2)).unsqueeze(1);
      Tensor later = positions(q, k.size(-2)).gt(row);
      scores = scores.maskedFill(later, Double.NEGATIVE_INFINITY);
    }
    return scores;
  }

  private static Tensor positions(Tensor q, long n) {
    return Tensor.arange(0, (double) n, 1, DType.INT64, q.device());
  }
}
