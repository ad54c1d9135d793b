package dev.gatun.nn.layer;

/** A convolution over [N, C, H, W], with PyTorch's initial values. */
public final class Conv2d extends Convolution {

  /**
   * Stride 1, no padding, a bias.
   *
   * @param kernel one size, or one for each spatial axis
   */
  public Conv2d(int in, int out, int... kernel) {
    this(of(in, out, kernel));
  }

  private Conv2d(ConvSettings<?, ?> settings) {
    super(settings, 2);
  }

  /** Options of a convolution. */
  public static ConvBuilder<Conv2d> of(int in, int out, int... kernel) {
    return new ConvBuilder<>(in, out, kernel, Conv2d::new);
  }
}
