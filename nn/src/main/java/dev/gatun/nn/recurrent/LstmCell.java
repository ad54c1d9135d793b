package dev.gatun.nn.recurrent;

/** A step of a long short-term memory, gates in PyTorch's order i, f, g, o. */
public final class LstmCell extends RecurrentCell {

  /** With biases. */
  public LstmCell(long inputSize, long hiddenSize) {
    this(inputSize, hiddenSize, true);
  }

  public LstmCell(long inputSize, long hiddenSize, boolean bias) {
    super(Gates.LSTM, inputSize, hiddenSize, bias);
  }
}
