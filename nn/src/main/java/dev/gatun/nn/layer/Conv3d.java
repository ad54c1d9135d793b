package dev.gatun.nn.layer;

/** A convolution over [N, C, D, H, W], with PyTorch's initial values. */
public final class Conv3d extends Convolution {

  /**
   * Stride 1, no padding, a bias.
   *
   * @param kernel one size, or one for each spatial axis
   */
  public Conv3d(int in, int out, int... kernel) {
    this(of(in, out, kernel));
  }

  private Conv3d(ConvSettings<?, ?> settings) {
    super(settings, 3);
  }

  /** Options of a convolution. */
  public static ConvBuilder<Conv3d> of(int in, int out, int... kernel) {
    return new ConvBuilder<>(in, out, kernel, Conv3d::new);
  }
}
