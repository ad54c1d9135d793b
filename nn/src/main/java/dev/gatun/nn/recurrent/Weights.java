package dev.gatun.nn.recurrent;

import dev.gatun.nn.Init;
import dev.gatun.nn.Members;
import dev.gatun.nn.Parameter;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of one direction of one layer, uniform in ±1/√hidden as PyTorch has them.
 *
 * @param input [gates * hidden, in]
 * @param hidden [gates * hidden, out]
 * @param inputBias [gates * hidden] or null
 * @param hiddenBias [gates * hidden] or null
 * @param projection [out, hidden] or null
 */
record Weights(
    Parameter input,
    Parameter hidden,
    @Nullable Parameter inputBias,
    @Nullable Parameter hiddenBias,
    @Nullable Parameter projection) {

  /**
   * Fresh ones.
   *
   * @param projected the size of the output, or 0 for the hidden size
   */
  static Weights of(Gates gates, long in, long hidden, long projected, boolean bias) {
    Init init =
        hidden == 0
            ? Init.zeros()
            : Init.uniform(-1 / Math.sqrt((double) hidden), 1 / Math.sqrt((double) hidden));
    long rows = gates.count() * hidden;
    long out = projected == 0 ? hidden : projected;
    return new Weights(
        Parameter.of(Shape.of(rows, in), init),
        Parameter.of(Shape.of(rows, out), init),
        bias ? Parameter.of(Shape.of(rows), init) : null,
        bias ? Parameter.of(Shape.of(rows), init) : null,
        projected == 0 ? null : Parameter.of(Shape.of(projected, hidden), init));
  }

  /** Names the parameters; the suffix says which layer and direction. */
  void members(Members members, String suffix) {
    members
        .parameter("weight_ih" + suffix, input)
        .parameter("weight_hh" + suffix, hidden)
        .parameter("bias_ih" + suffix, inputBias)
        .parameter("bias_hh" + suffix, hiddenBias)
        .parameter("weight_hr" + suffix, projection);
  }

  /** The input's part of the gates, for one step or for all. */
  Tensor ofInput(Tensor x) {
    return affine(x, input, inputBias);
  }

  /** The hidden state's part of the gates. */
  Tensor ofHidden(Tensor h) {
    return affine(h, hidden, hiddenBias);
  }

  private static Tensor affine(Tensor x, Parameter weight, @Nullable Parameter bias) {
    return x.linear(weight.tensor(), bias == null ? null : bias.tensor());
  }
}
