package dev.gatun.nn;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;

/** The arithmetic of initialisers. */
final class Fans {
  private Fans() {}

  /** The number of inputs or outputs that one output or input of a weight is connected to. */
  static double of(Shape shape, Init.Fan fan) {
    if (shape.rank() < 2) {
      throw new ShapeException(
          "An initialiser scaled by fan-in or fan-out needs a shape of rank 2 or more, got "
              + shape);
    }
    long kernel = shape.slice(2, shape.rank()).numel();
    return (double) kernel * shape.size(fan == Init.Fan.IN ? 1 : 0);
  }

  /** The distribution function of the standard normal distribution. */
  static double normalCdf(double x) {
    try (Tensor t = Tensor.of(-x / Math.sqrt(2));
        Tensor tail = t.erfc()) {
      return tail.item() / 2;
    }
  }

  /** A row-major matrix whose rows (or columns, if they are fewer) are orthonormal. */
  static double[] orthonormal(double[] a, int rows, int columns) {
    int n = Math.min(rows, columns);
    int length = Math.max(rows, columns);
    int step = rows <= columns ? 1 : columns; // between the numbers of one vector
    int next = rows <= columns ? columns : 1; // from one vector to the next
    for (int i = 0; i < n; i++) {
      for (int pass = 0; pass < 2; pass++) { // the second pass removes what rounding left
        for (int j = 0; j < i; j++) {
          double dot = 0;
          for (int k = 0; k < length; k++) {
            dot += a[i * next + k * step] * a[j * next + k * step];
          }
          for (int k = 0; k < length; k++) {
            a[i * next + k * step] -= dot * a[j * next + k * step];
          }
        }
      }
      double norm = 0;
      for (int k = 0; k < length; k++) {
        norm += a[i * next + k * step] * a[i * next + k * step];
      }
      norm = Math.sqrt(norm);
      for (int k = 0; k < length; k++) {
        a[i * next + k * step] /= norm;
      }
    }
    return a;
  }
}
