package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Small native buffers of one thread, reused by all kernels that run on it. Not thread-safe. */
final class Scratch {
  /** The elements of one block; a buffer holds as many of eight bytes. */
  static final int BLOCK = 2048;

  private static final int BUFFERS = 10;
  private static final long BUFFER_BYTES = BLOCK * 8L;
  private static final ThreadLocal<Scratch> LOCAL = ThreadLocal.withInitial(Scratch::new);

  private final MemorySegment[] buffers = new MemorySegment[BUFFERS];

  /** The last buffer, for what is left of a block beside its whole vectors. */
  final MemorySegment tail;

  private Scratch() {
    MemorySegment all = Arena.ofAuto().allocate(BUFFERS * BUFFER_BYTES, 64);
    for (int i = 0; i < BUFFERS; i++) {
      buffers[i] = all.asSlice(i * BUFFER_BYTES, BUFFER_BYTES);
    }
    tail = buffers[BUFFERS - 1];
  }

  /** The scratch of the calling thread. */
  static Scratch local() {
    return LOCAL.get();
  }

  /** One of the buffers, 64-byte aligned. */
  MemorySegment buffer(int i) {
    return buffers[i];
  }
}
