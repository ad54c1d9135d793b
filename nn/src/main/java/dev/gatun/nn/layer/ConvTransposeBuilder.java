package dev.gatun.nn.layer;

import java.util.function.Function;

/**
 * Options of a transposed convolution.
 *
 * @param <L> the layer built
 */
public final class ConvTransposeBuilder<L extends TransposedConvolution>
    extends ConvSettings<L, ConvTransposeBuilder<L>> {
  private final Function<ConvTransposeBuilder<L>, L> make;
  int[] outputPadding = {0};

  ConvTransposeBuilder(int in, int out, int[] kernel, Function<ConvTransposeBuilder<L>, L> make) {
    super(in, out, kernel);
    this.make = make;
  }

  @Override
  ConvTransposeBuilder<L> self() {
    return this;
  }

  /** How much larger the output is than the least possible; 0 by default. */
  public ConvTransposeBuilder<L> outputPadding(int... value) {
    outputPadding = value.clone();
    return this;
  }

  public L build() {
    return make.apply(this);
  }
}
