package dev.gatun.tensor;

/**
 * Window functions for signal processing: vectors of n weights, largest in the middle. A periodic
 * window is the first n of the symmetric one of n + 1 points. Computed in float64; without a dtype
 * and a device, given as float32 on the default device. Stateless.
 */
public final class Windows {
  private Windows() {}

  /** {@code (1 - cos(2 pi k / N)) / 2}. */
  public static Tensor hann(long n, boolean periodic) {
    return hann(n, periodic, DType.FLOAT32, Gatun.defaultDevice());
  }

  public static Tensor hann(long n, boolean periodic, DType dtype, Device device) {
    return cosines(n, periodic, 0.5, 0.5, 0, device).to(dtype);
  }

  /** {@code 0.54 - 0.46 cos(2 pi k / N)}. */
  public static Tensor hamming(long n, boolean periodic) {
    return hamming(n, periodic, DType.FLOAT32, Gatun.defaultDevice());
  }

  public static Tensor hamming(long n, boolean periodic, DType dtype, Device device) {
    return cosines(n, periodic, 0.54, 0.46, 0, device).to(dtype);
  }

  /** {@code 0.42 - 0.5 cos(2 pi k / N) + 0.08 cos(4 pi k / N)}. */
  public static Tensor blackman(long n, boolean periodic) {
    return blackman(n, periodic, DType.FLOAT32, Gatun.defaultDevice());
  }

  public static Tensor blackman(long n, boolean periodic, DType dtype, Device device) {
    return cosines(n, periodic, 0.42, 0.5, 0.08, device).to(dtype);
  }

  /** {@code 1 - |2 k / N - 1|}. */
  public static Tensor bartlett(long n, boolean periodic) {
    return bartlett(n, periodic, DType.FLOAT32, Gatun.defaultDevice());
  }

  public static Tensor bartlett(long n, boolean periodic, DType dtype, Device device) {
    return n == 1
        ? Tensor.ones(Shape.of(1), dtype, device)
        : phase(n, periodic, 2, device).sub(1.0).abs().rsub(1.0).to(dtype);
  }

  private static Tensor cosines(
      long n, boolean periodic, double a, double b, double c, Device device) {
    if (n == 1) {
      return Tensor.ones(Shape.of(1), DType.FLOAT64, device);
    }
    Tensor w = phase(n, periodic, 2 * Math.PI, device).cos().mul(-b).add(a);
    return c == 0 ? w : w.add(phase(n, periodic, 4 * Math.PI, device).cos().mul(c));
  }

  private static Tensor phase(long n, boolean periodic, double cycle, Device device) {
    if (n < 0) {
      throw new ShapeException("A window needs a size of at least 0, got " + n);
    }
    Tensor k = Tensor.arange(0, (double) n, 1, DType.FLOAT64, device);
    return k.mul(cycle / (periodic ? n : n - 1));
  }
}
