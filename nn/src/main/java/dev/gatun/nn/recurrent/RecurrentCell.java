package dev.gatun.nn.recurrent;

import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** One step of a recurrent network, for loops of one's own. */
public abstract sealed class RecurrentCell implements Model permits RnnCell, LstmCell, GruCell {
  private final Gates gates;
  private final Weights weights;
  private final long inputSize;
  private final long hiddenSize;

  RecurrentCell(Gates gates, long inputSize, long hiddenSize, boolean bias) {
    this.gates = gates;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    weights = Weights.of(gates, inputSize, hiddenSize, 0, bias);
  }

  @Override
  public final void members(Members members) {
    weights.members(members, "");
  }

  /**
   * The state after an input.
   *
   * @param x [N, input size]
   * @param state the state before, [N, hidden size]; null for zeros
   */
  public final RecurrentState forward(Tensor x, @Nullable RecurrentState state) {
    if (x.rank() != 2 || x.size(1) != inputSize) {
      throw new ShapeException(
          getClass().getSimpleName()
              + " needs an input [N, "
              + inputSize
              + "], got shape "
              + x.shape());
    }
    return gates.step(weights.ofInput(x), state == null ? zeros(x) : state, weights);
  }

  private RecurrentState zeros(Tensor x) {
    Tensor zeros = Tensor.zeros(Shape.of(x.size(0), hiddenSize), x.dtype(), x.device());
    return new RecurrentState(zeros, gates == Gates.LSTM ? zeros : null);
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + "(" + inputSize + ", " + hiddenSize + ")";
  }
}
