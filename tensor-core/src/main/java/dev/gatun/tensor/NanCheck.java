package dev.gatun.tensor;

import dev.gatun.tensor.op.Op;
import dev.gatun.tensor.op.Primitive;

/**
 * Stops at the first operation of this thread whose result has a NaN or an infinity, naming the
 * operation and its operands:
 *
 * <pre>{@code
 * try (var check = NanCheck.start()) {
 *   model.forward(batch);
 * }
 * }</pre>
 *
 * <p>It reads every result, which is slow; views and casts are not looked at again, constants are
 * what they were asked to be.
 */
public final class NanCheck implements Interceptor, AutoCloseable {
  private final boolean infinities;
  private final Engine.Installation installation;

  private NanCheck(boolean infinities) {
    this.infinities = infinities;
    this.installation = Engine.install(this);
  }

  /** Watches this thread for NaN and infinities until closed. */
  public static NanCheck start() {
    return new NanCheck(true);
  }

  /** Watches this thread for NaN only, for models that mask with infinities. */
  public static NanCheck nanOnly() {
    return new NanCheck(false);
  }

  @Override
  public Tensor[] call(Op op, Tensor[] inputs, Next next) {
    Tensor[] outputs = next.call(op, inputs);
    if (op instanceof Primitive.View || op instanceof Primitive.Full) {
      return outputs;
    }
    for (Tensor out : outputs) {
      if (out.dtype().isFloat() && out.numel() > 0) {
        check(op, inputs, out);
      }
    }
    return outputs;
  }

  private void check(Op op, Tensor[] inputs, Tensor output) {
    try (Scope _ = Scope.open()) {
      Tensor out = output.detach(); // a tape installed before this need not see the check
      long nans = out.isNan().countNonZero().itemLong();
      long others = infinities ? out.isInf().countNonZero().itemLong() : 0;
      if (nans + others == 0) {
        return;
      }
      StringBuilder text = new StringBuilder();
      text.append("Op ").append(op.name()).append(" gave ").append(nans).append(" NaN");
      if (infinities) {
        text.append(" and ").append(others).append(" infinite");
      }
      text.append(" of ").append(out.numel()).append(" elements from ").append(op);
      for (int i = 0; i < inputs.length; i++) {
        text.append(i == 0 ? " of " : ", ").append(describe(inputs[i].detach()));
      }
      throw new NonFiniteException(text.toString());
    }
  }

  /** Dtype, shape and range of an operand. */
  private static String describe(Tensor x) {
    String type = x.dtype() + x.shape().toString();
    if (!x.dtype().isFloat() || x.numel() == 0) {
      return type;
    }
    long bad = x.numel() - x.isFinite().countNonZero().itemLong();
    String range = " in [" + x.amin().item() + ", " + x.amax().item() + "]";
    return type + (bad > 0 ? " with " + bad + " not finite" : range);
  }

  /** Stops watching. */
  @Override
  public void close() {
    installation.close();
  }
}
