package dev.gatun.tensor;

/** Coordinates of the points of a grid. Stateless. */
public final class Grids {
  private Grids() {}

  /**
   * For vectors of sizes n0, n1, …, one tensor of shape [n0, n1, …] each, which varies only along
   * its own axis ("ij" order).
   */
  public static Tensor[] meshgrid(Tensor... vectors) {
    long[] sizes = new long[vectors.length];
    for (int i = 0; i < sizes.length; i++) {
      if (vectors[i].rank() > 1) {
        throw new ShapeException(
            "meshgrid needs vectors, got shape " + vectors[i].shape() + " at position " + i);
      }
      sizes[i] = vectors[i].numel();
    }
    Shape shape = Shape.of(sizes);
    Tensor[] out = new Tensor[vectors.length];
    for (int i = 0; i < out.length; i++) {
      long[] column = new long[out.length];
      java.util.Arrays.fill(column, 1);
      column[i] = sizes[i];
      out[i] = vectors[i].reshape(Shape.of(column)).expand(shape);
    }
    return out;
  }

  /** As {@link #meshgrid} with the first two axes swapped: [n1, n0, …] ("xy" order). */
  public static Tensor[] meshgridXy(Tensor... vectors) {
    Tensor[] out = meshgrid(vectors);
    if (out.length >= 2) {
      for (int i = 0; i < out.length; i++) {
        out[i] = out[i].transpose(0, 1);
      }
    }
    return out;
  }
}
