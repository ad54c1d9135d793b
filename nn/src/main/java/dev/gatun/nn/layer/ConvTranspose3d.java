package dev.gatun.nn.layer;

/** A transposed convolution over [N, C, D, H, W], with PyTorch's initial values. */
public final class ConvTranspose3d extends TransposedConvolution {

  /**
   * Stride 1, no padding, a bias.
   *
   * @param kernel one size, or one for each spatial axis
   */
  public ConvTranspose3d(int in, int out, int... kernel) {
    this(of(in, out, kernel));
  }

  private ConvTranspose3d(ConvTransposeBuilder<?> settings) {
    super(settings, 3);
  }

  /** Options of a transposed convolution. */
  public static ConvTransposeBuilder<ConvTranspose3d> of(int in, int out, int... kernel) {
    return new ConvTransposeBuilder<>(in, out, kernel, ConvTranspose3d::new);
  }
}
