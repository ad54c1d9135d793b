package dev.gatun.nn.recurrent;

/**
 * Layers of long short-term memory (Hochreiter and Schmidhuber 1997), gates in PyTorch's order i,
 * f, g, o.
 */
public final class Lstm extends Recurrent {

  /** One layer over [T, N, input size]. */
  public Lstm(long inputSize, long hiddenSize) {
    this(of(inputSize, hiddenSize));
  }

  private Lstm(Builder<?> options) {
    super(options);
  }

  /** Options of layers. */
  public static Builder<Lstm> of(long inputSize, long hiddenSize) {
    return new Builder<>(Gates.LSTM, inputSize, hiddenSize, Lstm::new);
  }

  /** Options of layers whose hidden state is projected to another size (Sak et al. 2014). */
  public static Builder<Lstm> projected(long inputSize, long hiddenSize, long projectedSize) {
    return of(inputSize, hiddenSize).projection(projectedSize);
  }
}
