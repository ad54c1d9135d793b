package dev.gatun.nn.attention;

import dev.gatun.nn.Layer;
import dev.gatun.nn.layer.Gelu;
import dev.gatun.nn.layer.Relu;

/**
 * Options of transformer layers.
 *
 * @param size the size of the vectors
 * @param heads the number of attention heads
 * @param inner the size inside the feed-forward part
 * @param dropout its probability
 * @param activation of the feed-forward part
 * @param normFirst whether to normalise the input of each part, not the sum after it
 * @param epsilon of the normalisations
 */
public record TransformerOptions(
    long size,
    int heads,
    long inner,
    double dropout,
    Layer activation,
    boolean normFirst,
    double epsilon) {

  /** PyTorch's defaults: inner size 2048, dropout 0.1, a ReLU, normalised after, epsilon 1e-5. */
  public static TransformerOptions of(long size, int heads) {
    return new TransformerOptions(size, heads, 2048, 0.1, new Relu(), false, 1e-5);
  }

  public TransformerOptions inner(long value) {
    return new TransformerOptions(size, heads, value, dropout, activation, normFirst, epsilon);
  }

  public TransformerOptions dropout(double value) {
    return new TransformerOptions(size, heads, inner, value, activation, normFirst, epsilon);
  }

  /** With a GELU in place of the ReLU. */
  public TransformerOptions gelu() {
    return new TransformerOptions(size, heads, inner, dropout, new Gelu(), normFirst, epsilon);
  }

  public TransformerOptions normFirst(boolean value) {
    return new TransformerOptions(size, heads, inner, dropout, activation, value, epsilon);
  }

  public TransformerOptions epsilon(double value) {
    return new TransformerOptions(size, heads, inner, dropout, activation, normFirst, value);
  }
}
