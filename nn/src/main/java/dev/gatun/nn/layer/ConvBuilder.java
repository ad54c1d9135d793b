package dev.gatun.nn.layer;

import java.util.function.Function;

/**
 * Options of a convolution.
 *
 * @param <L> the layer built
 */
public final class ConvBuilder<L extends Convolution> extends ConvSettings<L, ConvBuilder<L>> {
  private final Function<ConvBuilder<L>, L> make;

  ConvBuilder(int in, int out, int[] kernel, Function<ConvBuilder<L>, L> make) {
    super(in, out, kernel);
    this.make = make;
  }

  @Override
  ConvBuilder<L> self() {
    return this;
  }

  /** As many zeros as keep the input's size; for stride 1. The odd one is at the end. */
  public ConvBuilder<L> paddingSame() {
    padding = null;
    return this;
  }

  public L build() {
    return make.apply(this);
  }
}
