package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.spi.Buf;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * The memory of kernels as one constant segment with absolute addresses, where the JVM allows this
 * module native access. C2 then knows the segment's class, bounds and scope; of a segment that it
 * knows by a profile only, it checks them in the innermost loop, which costs up to half of the
 * speed. Without native access the segments stay what they are. Stateless.
 *
 * <p>A kernel that loads and stores through {@link #of} takes offsets from {@link #at}, which
 * checks them: the bounds of the constant segment are no protection.
 */
final class Memory {
  private static final boolean ENABLED = Memory.class.getModule().isNativeAccessEnabled();

  @SuppressWarnings("restricted")
  private static final MemorySegment ALL =
      ENABLED ? MemorySegment.NULL.reinterpret(Long.MAX_VALUE) : MemorySegment.NULL;

  private Memory() {}

  /** What a kernel reads and writes in place of a native segment. */
  static MemorySegment of(MemorySegment segment) {
    return ENABLED ? ALL : segment;
  }

  /**
   * Where in {@link #of} some bytes of a segment are.
   *
   * @throws IndexOutOfBoundsException when the segment does not have them
   * @throws IllegalStateException when the segment is closed
   */
  static long at(MemorySegment segment, long offset, long bytes) {
    Objects.checkFromIndexSize(offset, bytes, segment.byteSize());
    if (!ENABLED) {
      return offset;
    }
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException("The memory of a tensor has been closed");
    }
    return segment.address() + offset;
  }

  /** Where in {@link #of} the elements of a dense operand are. */
  static long at(Buf dense) {
    return at(dense.segment(), dense.byteOffset(), dense.numel() * dense.dtype().byteSize());
  }
}
