package dev.gatun.tensor.spi;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A reference-counted block of device memory that tensors and their views share. It starts with one
 * reference; when the last is released the block goes back to its allocator.
 *
 * <p>Thread-safe: references may be taken and released from any thread.
 */
public abstract class Storage {
  private static final VarHandle REFERENCES;
  private static final VarHandle VERSION;

  static {
    try {
      var lookup = MethodHandles.lookup();
      REFERENCES = lookup.findVarHandle(Storage.class, "references", int.class);
      VERSION = lookup.findVarHandle(Storage.class, "version", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long byteSize;

  @SuppressWarnings("FieldMayBeFinal") // written through REFERENCES
  private volatile int references = 1;

  @SuppressWarnings("FieldMayBeFinal") // written through VERSION
  private volatile int version;

  protected Storage(long byteSize) {
    this.byteSize = byteSize;
  }

  /** The usable size in bytes. */
  public final long byteSize() {
    return byteSize;
  }

  /** Takes one more reference; false when the storage has been freed already. */
  public final boolean retain() {
    while (true) {
      int n = references;
      if (n <= 0) {
        return false;
      }
      if (REFERENCES.compareAndSet(this, n, n + 1)) {
        return true;
      }
    }
  }

  /** Gives one reference back; the last one frees the block. */
  public final void release() {
    int left = (int) REFERENCES.getAndAdd(this, -1) - 1;
    if (left == 0) {
      free();
    } else if (left < 0) {
      throw new IllegalStateException("Storage released more often than retained");
    }
  }

  /** How often the content was changed in place; a tape compares it to find stale values. */
  public final int version() {
    return version;
  }

  /** Notes a change in place. */
  public final void bumpVersion() {
    VERSION.getAndAdd(this, 1);
  }

  /**
   * The memory as the host sees it, 64-byte aligned, or an error for device memory.
   *
   * @throws UnsupportedOperationException when the host cannot address this memory
   */
  public abstract MemorySegment segment();

  /** Returns the block to its allocator; called once, by the last {@link #release()}. */
  protected abstract void free();
}
