package dev.gatun.tensor;

import dev.gatun.tensor.op.Primitive;

/** Sequences of numbers for {@link Tensor}. Stateless. */
final class Creation {
  private static final long EXACT = 1L << 53;

  private Creation() {}

  static Tensor arange(long start, long stop, long step) {
    if (step == 0) {
      throw new ShapeException("arange needs a step other than 0");
    }
    long distance = Math.subtractExact(stop, start);
    long n = distance == 0 || distance < 0 != step < 0 ? 0 : Math.ceilDiv(distance, step);
    Device device = Gatun.defaultDevice();
    boolean exact = Math.abs(start) <= EXACT && Math.abs(step) <= EXACT;
    // The op's operands are doubles; what they cannot hold is computed in int64.
    return exact
        ? Engine.create(device, new Primitive.Iota(n, DType.INT64, start, step))
        : Engine.create(device, new Primitive.Iota(n, DType.INT64, 0, 1)).mul(step).add(start);
  }

  static Tensor linspace(double start, double end, long n, DType dtype, Device device) {
    if (n < 0 || !Double.isFinite(end - start)) {
      throw new ShapeException(
          "linspace needs finite bounds and a number of at least 0, got "
              + start
              + ", "
              + end
              + " and "
              + n);
    }
    if (n < 2) {
      return Engine.create(device, new Primitive.Iota(n, dtype, start, 0));
    }
    // From both ends, so that both are exact.
    double step = (end - start) / (n - 1);
    Tensor low = Engine.create(device, new Primitive.Iota(n / 2, dtype, start, step));
    Tensor high = Engine.create(device, new Primitive.Iota(n - n / 2, dtype, end, -step));
    return Tensor.concat(0, low, high.flip(0));
  }
}
