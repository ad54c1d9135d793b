package dev.gatun.nn.recurrent;

import dev.gatun.nn.Parameter;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** How one step makes a new state, from the input's part and the old state's part of the gates. */
enum Gates {
  /** {@code tanh(input + hidden)} (Elman 1990). */
  TANH(1),
  /** {@code relu(input + hidden)}. */
  RELU(1),
  /** Input, forget, cell and output gates (Hochreiter and Schmidhuber 1997; Gers et al. 2000). */
  LSTM(4),
  /** Reset, update and new gates; the reset gate acts after the product (Cho et al. 2014). */
  GRU(3);

  private final int count;

  Gates(int count) {
    this.count = count;
  }

  /** How many vectors of the hidden size a step computes. */
  int count() {
    return count;
  }

  /**
   * One step.
   *
   * @param input the input's part, [N, count * H]
   */
  RecurrentState step(Tensor input, RecurrentState state, Weights w) {
    Tensor hidden = w.ofHidden(state.hidden());
    return switch (this) {
      case TANH -> RecurrentState.of(input.add(hidden).tanh());
      case RELU -> RecurrentState.of(input.add(hidden).relu());
      case LSTM -> lstm(input.add(hidden).chunk(4, -1), state.cell(), w.projection());
      case GRU -> gru(input.chunk(3, -1), hidden.chunk(3, -1), state.hidden());
    };
  }

  private static RecurrentState lstm(
      Tensor[] gates, @Nullable Tensor before, @Nullable Parameter projection) {
    if (before == null) {
      throw new ShapeException("An LSTM needs a state with a cell state");
    }
    Tensor keep = gates[1].sigmoid().mul(before);
    Tensor cell = keep.add(gates[0].sigmoid().mul(gates[2].tanh()));
    Tensor hidden = gates[3].sigmoid().mul(cell.tanh());
    return new RecurrentState(
        projection == null ? hidden : hidden.matmul(projection.tensor().t()), cell);
  }

  private static RecurrentState gru(Tensor[] input, Tensor[] hidden, Tensor before) {
    Tensor reset = input[0].add(hidden[0]).sigmoid();
    Tensor update = input[1].add(hidden[1]).sigmoid();
    Tensor fresh = input[2].add(reset.mul(hidden[2])).tanh();
    return RecurrentState.of(fresh.add(update.mul(before.sub(fresh))));
  }
}
