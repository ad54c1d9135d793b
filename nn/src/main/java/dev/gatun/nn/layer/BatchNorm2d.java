package dev.gatun.nn.layer;

/** Batch normalisation of [N, C, H, W]; see {@link BatchNorm}. */
public final class BatchNorm2d extends BatchNorm {

  /** Epsilon 1e-5, momentum 0.1, with weight and bias and running statistics. */
  public BatchNorm2d(int channels) {
    this(of(channels));
  }

  private BatchNorm2d(Builder<?> options) {
    super(options, "[N, C, H, W]", 4);
  }

  /** Options of a normalisation. */
  public static Builder<BatchNorm2d> of(int channels) {
    return new Builder<>(channels, BatchNorm2d::new);
  }
}
