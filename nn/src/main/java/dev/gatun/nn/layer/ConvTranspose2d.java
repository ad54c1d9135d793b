package dev.gatun.nn.layer;

/** A transposed convolution over [N, C, H, W], with PyTorch's initial values. */
public final class ConvTranspose2d extends TransposedConvolution {

  /**
   * Stride 1, no padding, a bias.
   *
   * @param kernel one size, or one for each spatial axis
   */
  public ConvTranspose2d(int in, int out, int... kernel) {
    this(of(in, out, kernel));
  }

  private ConvTranspose2d(ConvTransposeBuilder<?> settings) {
    super(settings, 2);
  }

  /** Options of a transposed convolution. */
  public static ConvTransposeBuilder<ConvTranspose2d> of(int in, int out, int... kernel) {
    return new ConvTransposeBuilder<>(in, out, kernel, ConvTranspose2d::new);
  }
}
