package dev.gatun.nn.recurrent;

/** A step of a gated recurrent unit, gates in PyTorch's order r, z, n. */
public final class GruCell extends RecurrentCell {

  /** With biases. */
  public GruCell(long inputSize, long hiddenSize) {
    this(inputSize, hiddenSize, true);
  }

  public GruCell(long inputSize, long hiddenSize, boolean bias) {
    super(Gates.GRU, inputSize, hiddenSize, bias);
  }
}
