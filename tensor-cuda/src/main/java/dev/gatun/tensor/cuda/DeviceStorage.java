package dev.gatun.tensor.cuda;

import dev.gatun.tensor.spi.Storage;
import java.lang.foreign.MemorySegment;

/** Memory of a device. Thread-safe, as {@link Storage} is. */
final class DeviceStorage extends Storage {
  private final NativeContext context;
  private final MemorySegment data;

  DeviceStorage(NativeContext context, MemorySegment data, long bytes) {
    super(bytes);
    this.context = context;
    this.data = data;
  }

  /** Where it lies on the device. */
  MemorySegment data() {
    return data;
  }

  @Override
  public MemorySegment segment() {
    throw new UnsupportedOperationException(
        "The host cannot address memory of device "
            + context.device()
            + "; copy the tensor with to(Device.CPU)");
  }

  @Override
  protected void free() {
    context.release(data);
  }
}
