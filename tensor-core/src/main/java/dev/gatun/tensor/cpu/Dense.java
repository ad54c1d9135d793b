package dev.gatun.tensor.cpu;

import static dev.gatun.tensor.cpu.Elements.getDouble;
import static dev.gatun.tensor.cpu.Elements.getLong;
import static dev.gatun.tensor.cpu.Elements.setDouble;
import static dev.gatun.tensor.cpu.Elements.setLong;

import dev.gatun.tensor.spi.Buf;

/** Whole tensors as row-major Java arrays and back, for the scalar reference. Stateless. */
final class Dense {
  private Dense() {}

  /** The elements as doubles. */
  static double[] doubles(Buf x) {
    double[] out = new double[Math.toIntExact(x.numel())];
    Walker at = new Walker(x.layout());
    for (int i = 0; i < out.length; i++) {
      out[i] = getDouble(x, at.next());
    }
    return out;
  }

  /** The elements as longs. */
  static long[] longs(Buf x) {
    long[] out = new long[Math.toIntExact(x.numel())];
    Walker at = new Walker(x.layout());
    for (int i = 0; i < out.length; i++) {
      out[i] = getLong(x, at.next());
    }
    return out;
  }

  /** Stores values, each rounded to the dtype. */
  static void store(double[] values, Buf y) {
    Walker at = new Walker(y.layout());
    for (double v : values) {
      setDouble(y, at.next(), v);
    }
  }

  /** Stores values, wrapped to the dtype. */
  static void store(long[] values, Buf y) {
    Walker at = new Walker(y.layout());
    for (long v : values) {
      setLong(y, at.next(), v);
    }
  }
}
