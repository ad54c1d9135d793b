package dev.gatun.nn.layer;

/** A transposed convolution over [N, C, L], with PyTorch's initial values. */
public final class ConvTranspose1d extends TransposedConvolution {

  /**
   * Stride 1, no padding, a bias.
   *
   * @param kernel one size, or one for each spatial axis
   */
  public ConvTranspose1d(int in, int out, int... kernel) {
    this(of(in, out, kernel));
  }

  private ConvTranspose1d(ConvTransposeBuilder<?> settings) {
    super(settings, 1);
  }

  /** Options of a transposed convolution. */
  public static ConvTransposeBuilder<ConvTranspose1d> of(int in, int out, int... kernel) {
    return new ConvTransposeBuilder<>(in, out, kernel, ConvTranspose1d::new);
  }
}
