package dev.gatun.nn.layer;

/** A convolution over [N, C, L], with PyTorch's initial values. */
public final class Conv1d extends Convolution {

  /**
   * Stride 1, no padding, a bias.
   *
   * @param kernel one size, or one for each spatial axis
   */
  public Conv1d(int in, int out, int... kernel) {
    this(of(in, out, kernel));
  }

  private Conv1d(ConvSettings<?, ?> settings) {
    super(settings, 1);
  }

  /** Options of a convolution. */
  public static ConvBuilder<Conv1d> of(int in, int out, int... kernel) {
    return new ConvBuilder<>(in, out, kernel, Conv1d::new);
  }
}
