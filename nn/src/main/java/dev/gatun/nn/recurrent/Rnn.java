package dev.gatun.nn.recurrent;

/** Plain recurrent layers: {@code h' = tanh(Wx + b + Uh + c)} (Elman 1990), or with a ReLU. */
public final class Rnn extends Recurrent {

  /** One layer with a tanh, over [T, N, input size]. */
  public Rnn(long inputSize, long hiddenSize) {
    this(of(inputSize, hiddenSize));
  }

  private Rnn(Builder<?> options) {
    super(options);
  }

  /** Options of layers with a tanh. */
  public static Builder<Rnn> of(long inputSize, long hiddenSize) {
    return new Builder<>(Gates.TANH, inputSize, hiddenSize, Rnn::new);
  }

  /** Options of layers with a ReLU. */
  public static Builder<Rnn> ofRelu(long inputSize, long hiddenSize) {
    return of(inputSize, hiddenSize).gates(Gates.RELU);
  }
}
