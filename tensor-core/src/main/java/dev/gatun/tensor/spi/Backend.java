package dev.gatun.tensor.spi;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.op.Effect;
import dev.gatun.tensor.op.Op;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What computes on one device. The engine has checked shapes and dtypes and allocated the outputs
 * before it calls; elementwise operands arrive already broadcast to the output's shape. Views never
 * reach a backend.
 *
 * <p>Implementations are thread-safe.
 */
public interface Backend {

  /** The device this computes on. */
  Device device();

  /**
   * A new block of at least {@code bytes} bytes, contents undefined, with one reference.
   *
   * @throws dev.gatun.tensor.OutOfMemoryException when there is no room, also after trimming
   */
  Storage allocate(long bytes);

  /**
   * True when {@link #execute} has a kernel for the op on these operand types. Every backend takes
   * every primitive on the dtypes it claims; composites it refuses are decomposed.
   */
  boolean supports(Op op, List<DType> inputs);

  /** Computes the outputs, which are contiguous and do not overlap the inputs. */
  void execute(Op op, Buf[] inputs, Buf[] outputs);

  /** True when {@link #apply} has a kernel for the effect on these types. */
  boolean supports(Effect effect, List<DType> operands);

  /** Changes the targets in place. Targets may be strided. */
  void apply(Effect effect, Buf[] targets, Buf[] inputs);

  /** Copies a contiguous tensor's bytes to host memory, after all work it depends on. */
  void read(Buf source, MemorySegment target);

  /** Copies host memory into a contiguous tensor. */
  void write(MemorySegment source, Buf target);

  /**
   * Copies a contiguous tensor of another device into one of this, without a way through the host;
   * false when that is not possible and nothing was done.
   */
  default boolean copyFrom(Backend other, Buf source, Buf target) {
    return false;
  }

  /**
   * A storage over the caller's host memory without a copy, which {@code onFree} gives back; null
   * when this device cannot address it.
   */
  default @org.jspecify.annotations.Nullable Storage wrap(MemorySegment host, Runnable onFree) {
    return null;
  }

  /** Waits until all work issued so far is done. */
  void synchronize();

  /** Counters of this device's memory. */
  MemoryStats memory();

  /** Gives cached memory back to the system. */
  void trim();
}
