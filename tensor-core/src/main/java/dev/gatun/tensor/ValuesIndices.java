package dev.gatun.tensor;

/**
 * Elements chosen along an axis and where they were.
 *
 * @param values the chosen elements
 * @param indices their int64 positions along the axis
 */
public record ValuesIndices(Tensor values, Tensor indices) {}
