package dev.gatun.tensor.cpu.simd;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector widths the kernels use. */
final class SimdSpecies {

  private static final int BITS =
      Integer.getInteger("gatun.simd.bits", FloatVector.SPECIES_PREFERRED.vectorBitSize());

  private SimdSpecies() {}

  /** Returns the float species: the widest of the machine, or {@code gatun.simd.bits} wide. */
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
}
