package dev.gatun.nn.data;

/**
 * A data set in the usual two parts.
 *
 * @param train what a model learns from
 * @param test what it is judged by
 */
public record Splits(Dataset train, Dataset test) {}
