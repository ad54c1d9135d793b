package dev.gatun.tensor.cpu.simd;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * The vector widths the kernels use: the widest of the machine, or what the system property {@code
 * gatun.simd} names (128, 256 or 512).
 */
final class SimdSpecies {

  private static final int BITS =
      Math.min(
          Integer.getInteger("gatun.simd", FloatVector.SPECIES_PREFERRED.vectorBitSize()),
          FloatVector.SPECIES_PREFERRED.vectorBitSize());

  private SimdSpecies() {}

  /** Returns the width of a vector. */
  static int bits() {
    return floats().vectorBitSize();
  }

  /** Returns the species of floats. */
  static VectorSpecies<Float> floats() {
    return switch (BITS) {
      case 512 -> FloatVector.SPECIES_512;
      case 256 -> FloatVector.SPECIES_256;
      default -> FloatVector.SPECIES_128;
    };
  }

  /** Returns the double species of the same width. */
  static VectorSpecies<Double> doubles() {
    return switch (BITS) {
      case 512 -> DoubleVector.SPECIES_512;
      case 256 -> DoubleVector.SPECIES_256;
      default -> DoubleVector.SPECIES_128;
    };
  }

  /** Returns the byte species of as many lanes, or null where none is that narrow. */
  static @Nullable VectorSpecies<Byte> bytes(int lanes) {
    return switch (lanes) {
      case 16 -> ByteVector.SPECIES_128;
      case 8 -> ByteVector.SPECIES_64;
      default -> null;
    };
  }
}
