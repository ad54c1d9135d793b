package dev.gatun.nn.recurrent;

/** Layers of gated recurrent units (Cho et al. 2014), gates in PyTorch's order r, z, n. */
public final class Gru extends Recurrent {

  /** One layer over [T, N, input size]. */
  public Gru(long inputSize, long hiddenSize) {
    this(of(inputSize, hiddenSize));
  }

  private Gru(Builder<?> options) {
    super(options);
  }

  /** Options of layers. */
  public static Builder<Gru> of(long inputSize, long hiddenSize) {
    return new Builder<>(Gates.GRU, inputSize, hiddenSize, Gru::new);
  }
}
