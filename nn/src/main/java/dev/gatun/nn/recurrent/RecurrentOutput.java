package dev.gatun.nn.recurrent;

import dev.gatun.tensor.Tensor;

/**
 * What a recurrent layer gives.
 *
 * @param y the hidden states of the last layer at all steps, directions side by side: [T, N,
 *     directions * H], or [N, T, directions * H] with the batch first
 * @param state the states after the last step
 */
public record RecurrentOutput(Tensor y, RecurrentState state) {}
