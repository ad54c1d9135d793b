package dev.gatun.tensor.cpu;

import dev.gatun.tensor.spi.Storage;
import java.lang.foreign.MemorySegment;

/** Native memory that belongs to somebody else, who is told when no tensor uses it any more. */
final class WrappedStorage extends Storage {
  private final MemorySegment segment;
  private final Runnable onFree;

  WrappedStorage(MemorySegment segment, Runnable onFree) {
    super(segment.byteSize());
    this.segment = segment;
    this.onFree = onFree;
  }

  @Override
  public MemorySegment segment() {
    return segment;
  }

  @Override
  protected void free() {
    onFree.run();
  }
}
