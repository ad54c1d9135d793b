package dev.gatun.tensor.cpu;

import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.spi.Buf;

/** Random numbers of the scalar reference. Stateless. */
final class ScalarRandom {
  private ScalarRandom() {}

  static void random(Primitive.Random op, Buf y) {
    Philox.fill(
        op.distribution(),
        y.dtype(),
        op.seed(),
        op.offset(),
        y.segment(),
        y.byteOffset(),
        0,
        y.numel());
  }
}
