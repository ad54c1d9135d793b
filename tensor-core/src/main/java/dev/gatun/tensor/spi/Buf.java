package dev.gatun.tensor.spi;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import java.lang.foreign.MemorySegment;

/**
 * An operand as a kernel sees it: storage, layout and element type. It owns nothing: whoever calls
 * the kernel keeps the storage alive.
 */
public record Buf(Storage storage, Layout layout, DType dtype) {

  public Shape shape() {
    return layout.shape();
  }

  public long numel() {
    return layout.shape().numel();
  }

  public boolean isContiguous() {
    return layout.isContiguous();
  }

  /** The offset of the first element in elements. */
  public long offset() {
    return layout.offset();
  }

  /** The offset of the first element in bytes. */
  public long byteOffset() {
    return layout.offset() * dtype.byteSize();
  }

  /** The storage's host memory. */
  public MemorySegment segment() {
    return storage.segment();
  }

  /** The same storage under another layout. */
  public Buf with(Layout other) {
    return other == layout ? this : new Buf(storage, other, dtype);
  }

  /** Broadcast to a shape, without a copy. */
  public Buf expand(Shape shape) {
    return with(layout.expand(shape));
  }
}
