package dev.gatun.nn.recurrent;

/** A plain step: {@code tanh(Wx + b + Uh + c)}. */
public final class RnnCell extends RecurrentCell {

  /** With biases. */
  public RnnCell(long inputSize, long hiddenSize) {
    this(inputSize, hiddenSize, true);
  }

  public RnnCell(long inputSize, long hiddenSize, boolean bias) {
    super(Gates.TANH, inputSize, hiddenSize, bias);
  }
}
