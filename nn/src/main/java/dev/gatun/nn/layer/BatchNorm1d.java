package dev.gatun.nn.layer;

/** Batch normalisation of [N, C] or [N, C, L]; see {@link BatchNorm}. */
public final class BatchNorm1d extends BatchNorm {

  /** Epsilon 1e-5, momentum 0.1, with weight and bias and running statistics. */
  public BatchNorm1d(int channels) {
    this(of(channels));
  }

  private BatchNorm1d(Builder<?> options) {
    super(options, "[N, C] or [N, C, L]", 2, 3);
  }

  /** Options of a normalisation. */
  public static Builder<BatchNorm1d> of(int channels) {
    return new Builder<>(channels, BatchNorm1d::new);
  }
}
