package dev.gatun.tensor;

/**
 * Window functions for signal processing: vectors of n weights, largest in the middle. A periodic
 * window is the first n of the symmetric one of n + 1 points. Computed in float64, given as float32
 * on the default device. Stateless.
 */
public final class Windows {
  private Windows() {}

  /** {@code (1 - cos(2 pi k / N)) / 2}. */
  public static Tensor hann(long n, boolean periodic) {
    return cosines(n, periodic, 0.5, 0.5, 0);
  }

  /** {@code 0.54 - 0.46 cos(2 pi k / N)}. */
  public static Tensor hamming(long n, boolean periodic) {
    return cosines(n, periodic, 0.54, 0.46, 0);
  }

  /** {@code 0.42 - 0.5 cos(2 pi k / N) + 0.08 cos(4 pi k / N)}. */
  public static Tensor blackman(long n, boolean periodic) {
    return cosines(n, periodic, 0.42, 0.5, 0.08);
  }

  /** {@code 1 - |2 k / N - 1|}. */
  public static Tensor bartlett(long n, boolean periodic) {
    if (n == 1) {
      return Tensor.ones(Shape.of(1));
    }
    return phase(n, periodic, 2).sub(1.0).abs().rsub(1.0).to(DType.FLOAT32);
  }

  private static Tensor cosines(long n, boolean periodic, double a, double b, double c) {
    if (n == 1) {
      return Tensor.ones(Shape.of(1));
    }
    Tensor w = phase(n, periodic, 2 * Math.PI).cos().mul(-b).add(a);
    if (c != 0) {
      w = w.add(phase(n, periodic, 4 * Math.PI).cos().mul(c));
    }
    return w.to(DType.FLOAT32);
  }

  private static Tensor phase(long n, boolean periodic, double cycle) {
    if (n < 0) {
      throw new ShapeException("A window needs a size of at least 0, got " + n);
    }
    Tensor k = Tensor.arange(0, n, 1, DType.FLOAT64, Gatun.defaultDevice());
    return k.mul(cycle / (periodic ? n : n - 1));
  }
}
