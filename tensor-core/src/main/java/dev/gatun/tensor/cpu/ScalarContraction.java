package dev.gatun.tensor.cpu;

import static dev.gatun.tensor.cpu.Elements.getDouble;
import static dev.gatun.tensor.cpu.Elements.getLong;
import static dev.gatun.tensor.cpu.Elements.setDouble;
import static dev.gatun.tensor.cpu.Elements.setLong;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.spi.Buf;

/** Matrix products and convolutions of the scalar reference. Stateless. */
final class ScalarContraction {
  private ScalarContraction() {}

  static void matmul(Buf a, Buf b, Buf y) {
    Shape s = y.shape();
    int r = s.rank();
    Shape batch = s.slice(0, r - 2);
    long m = s.size(-2);
    long n = s.size(-1);
    long k = a.shape().size(-1);
    Buf x = a.expand(batch.concat(Shape.of(m, k)));
    Buf w = b.expand(batch.concat(Shape.of(k, n)));
    for (long q = 0; q < batch.numel(); q++) {
      for (long i = 0; i < m; i++) {
        for (long j = 0; j < n; j++) {
          double sum = 0;
          long exact = 0;
          for (long l = 0; l < k; l++) {
            long p = x.layout().position((q * m + i) * k + l);
            long o = w.layout().position((q * k + l) * n + j);
            if (y.dtype().isFloat()) {
              sum += getDouble(x, p) * getDouble(w, o);
            } else {
              exact += getLong(x, p) * getLong(w, o);
            }
          }
          long to = y.offset() + (q * m + i) * n + j;
          if (y.dtype().isFloat()) {
            setDouble(y, to, sum);
          } else {
            setLong(y, to, exact);
          }
        }
      }
    }
  }
}
