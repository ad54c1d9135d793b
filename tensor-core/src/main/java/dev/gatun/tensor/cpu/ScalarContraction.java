package dev.gatun.tensor.cpu;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.spi.Buf;

/** Matrix products of the scalar reference. Stateless. */
final class ScalarContraction {
  private ScalarContraction() {}

  static void matmul(Buf a, Buf b, Buf y) {
    Shape s = y.shape();
    Shape batch = s.slice(0, s.rank() - 2);
    int m = Math.toIntExact(s.size(-2));
    int n = Math.toIntExact(s.size(-1));
    int k = Math.toIntExact(a.shape().size(-1));
    Buf left = a.expand(batch.concat(Shape.of(m, k)));
    Buf right = b.expand(batch.concat(Shape.of(k, n)));
    int rows = Math.toIntExact(batch.numel() * m);
    if (y.dtype().isFloat()) {
      double[] u = Dense.doubles(left);
      double[] v = Dense.doubles(right);
      double[] sums = new double[Math.multiplyExact(rows, n)];
      for (int i = 0; i < rows; i++) {
        int w = i / m * k * n; // this batch's right matrix
        for (int l = 0; l < k; l++) {
          for (int j = 0; j < n; j++) {
            sums[i * n + j] += u[i * k + l] * v[w + l * n + j];
          }
        }
      }
      Dense.store(sums, y);
    } else {
      long[] u = Dense.longs(left);
      long[] v = Dense.longs(right);
      long[] sums = new long[Math.multiplyExact(rows, n)];
      for (int i = 0; i < rows; i++) {
        int w = i / m * k * n;
        for (int l = 0; l < k; l++) {
          for (int j = 0; j < n; j++) {
            sums[i * n + j] += u[i * k + l] * v[w + l * n + j];
          }
        }
      }
      Dense.store(sums, y);
    }
  }
}
