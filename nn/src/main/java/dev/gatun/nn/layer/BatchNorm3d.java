package dev.gatun.nn.layer;

/** Batch normalisation of [N, C, D, H, W]; see {@link BatchNorm}. */
public final class BatchNorm3d extends BatchNorm {

  /** Epsilon 1e-5, momentum 0.1, with weight and bias and running statistics. */
  public BatchNorm3d(int channels) {
    this(of(channels));
  }

  private BatchNorm3d(Builder<?> options) {
    super(options, "[N, C, D, H, W]", 5);
  }

  /** Options of a normalisation. */
  public static Builder<BatchNorm3d> of(int channels) {
    return new Builder<>(channels, BatchNorm3d::new);
  }
}
