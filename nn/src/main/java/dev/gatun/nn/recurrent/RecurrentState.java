package dev.gatun.nn.recurrent;

import dev.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a recurrent network remembers.
 *
 * @param hidden the hidden state: [N, H] of a cell, [layers * directions, N, H] of a layer
 * @param cell the cell state of an LSTM, shaped alike; null for the others
 */
public record RecurrentState(Tensor hidden, @Nullable Tensor cell) {

  /** A state without a cell state. */
  public static RecurrentState of(Tensor hidden) {
    return new RecurrentState(hidden, null);
  }

  /** {@code condition ? this : other}, elementwise. */
  RecurrentState where(Tensor condition, RecurrentState other) {
    return new RecurrentState(
        condition.where(hidden, other.hidden),
        cell == null || other.cell == null ? null : condition.where(cell, other.cell));
  }
}
