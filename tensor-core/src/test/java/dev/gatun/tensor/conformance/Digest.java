package dev.gatun.tensor.conformance;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.Op;
import java.util.Random;
import java.util.zip.CRC32;

/**
 * A program that prints a checksum of what every op computes on the device named by its argument,
 * so that runs with other settings (the number of threads) can be compared bit by bit.
 */
public final class Digest {
  private Digest() {}

  public static void main(String[] args) {
    Device device = Device.of(args[0]);
    for (OpSpec spec : OpSpec.all()) {
      CRC32 crc = new CRC32();
      for (Sample sample : spec.samples()) {
        DType dtype = spec.dtypes().contains(DType.FLOAT32) ? DType.FLOAT32 : DType.INT32;
        if (spec.dtypes().contains(dtype) && sample.takes(dtype)) {
          add(crc, sample, dtype, device);
        }
      }
      System.out.println(spec.key() + " " + Long.toHexString(crc.getValue()));
    }
  }

  private static void add(CRC32 crc, Sample sample, DType dtype, Device device) {
    try (Scope _ = Scope.open()) {
      Random random = new Random(3);
      Op op = sample.op().apply(dtype);
      Tensor[] inputs =
          sample.inputs().stream()
              .map(in -> {
                DType t = in.dtype(dtype);
                return Arrangement.host(in.values(random, t), in.shape(), t, device);
              })
              .toArray(Tensor[]::new);
      Tensor[] outputs =
          inputs.length > 0 ? Engine.callAll(op, inputs) : new Tensor[] {Engine.create(device, op)};
      for (Tensor t : outputs) {
        for (long bits : Bits.of(t)) {
          for (int i = 0; i < 8; i++) {
            crc.update((int) (bits >>> (8 * i)));
          }
        }
      }
    }
  }
}
