package dev.gatun.tensor.cuda;

import dev.gatun.nativelib.Abi;
import dev.gatun.nativelib.NativeLibrary;
import dev.gatun.nativelib.bindings.Gatun;
import dev.gatun.nativelib.bindings.gatun_fault_info;
import dev.gatun.nativelib.bindings.gatun_memory_info;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.DeviceException;
import dev.gatun.tensor.GatunException;
import dev.gatun.tensor.OutOfMemoryException;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.UnsupportedOpException;
import dev.gatun.tensor.spi.MemoryStats;
import dev.gatun.tensor.spi.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** One device: its memory, copies, and errors as exceptions. Thread-safe. */
final class NativeContext {
  /** Copies from and to the Java heap go through pinned memory of this size. */
  private static final long STAGING = 4 << 20;

  private final Device device;
  private final Abi abi;
  private final MemorySegment context;
  private final boolean synchronous;
  private MemorySegment staging = MemorySegment.NULL;

  NativeContext(Device device, Abi abi, MemorySegment context, boolean synchronous) {
    this.device = device;
    this.abi = abi;
    this.context = context;
    this.synchronous = synchronous;
  }

  Device device() {
    return device;
  }

  Abi abi() {
    return abi;
  }

  MemorySegment context() {
    return context;
  }

  /** Throws what a failed call of the calling thread means. */
  void check(int status) {
    if (status != Gatun.GATUN_OK()) {
      throw failure(status, "an operation");
    }
  }

  /** As {@link #check}, and when errors are told at once waits for the operation. */
  void done(int status, String operation) {
    if (status != Gatun.GATUN_OK()) {
      throw failure(status, operation);
    }
    if (synchronous) {
      int later = abi.synchronize(context);
      if (later != Gatun.GATUN_OK()) {
        throw failure(later, operation);
      }
    }
  }

  private GatunException failure(int status, String operation) {
    if (status == Gatun.GATUN_FAULT()) {
      return fault(operation);
    }
    String text = abi.lastError();
    if (status == Gatun.GATUN_OUT_OF_MEMORY()) {
      return new OutOfMemoryException("Device " + device + ": " + text);
    }
    if (status == Gatun.GATUN_UNSUPPORTED()) {
      return new UnsupportedOpException(operation + " on device " + device + ": " + text);
    }
    return new DeviceException("Device " + device + ", " + operation + ": " + text);
  }

  private GatunException fault(String operation) {
    String who =
        synchronous
            ? operation
            : "an operation before this one (-Dgatun.cuda.sync=true tells which)";
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(gatun_fault_info.layout());
      check(abi.fault(context, info));
      int code = gatun_fault_info.code(info);
      long value = gatun_fault_info.value(info);
      long bound = gatun_fault_info.bound(info);
      if (code == Gatun.GATUN_FAULT_INDEX()) {
        return new ShapeException(
            who + ": index " + value + " is out of range for an axis of size " + bound);
      }
      if (code == Gatun.GATUN_FAULT_DIVISION()) {
        return new GatunException(who + ": division by zero");
      }
      if (code == Gatun.GATUN_FAULT_SINGULAR()) {
        return new GatunException(who + ": matrix " + value + " is singular");
      }
      if (code == Gatun.GATUN_FAULT_NOT_POSITIVE_DEFINITE()) {
        return new GatunException(
            who + ": matrix " + value + " is not positive definite (leading minor " + bound + ")");
      }
      return new GatunException(who + " met data that it cannot take");
    }
  }

  Storage allocate(long bytes) {
    MemorySegment data = Arguments.pointer();
    check(abi.allocate(context, bytes, data));
    return new DeviceStorage(this, data.get(ValueLayout.ADDRESS, 0), bytes);
  }

  /** Given back in the order of the work: kernels that were issued may still use it. */
  void release(MemorySegment data) {
    check(abi.release(context, data));
  }

  void read(MemorySegment source, MemorySegment target) {
    if (target.isNative()) {
      done(abi.copyToHost(context, target, source, target.byteSize()), "a copy to the host");
      return;
    }
    synchronized (this) {
      MemorySegment pinned = staging();
      for (long at = 0; at < target.byteSize(); at += STAGING) {
        long n = Math.min(STAGING, target.byteSize() - at);
        MemorySegment from = MemorySegment.ofAddress(source.address() + at);
        done(abi.copyToHost(context, pinned, from, n), "a copy to the host");
        MemorySegment.copy(pinned, 0, target, at, n);
      }
    }
  }

  void write(MemorySegment source, MemorySegment target) {
    if (source.isNative()) {
      done(abi.copyToDevice(context, target, source, source.byteSize()), "a copy to the device");
      return;
    }
    synchronized (this) {
      MemorySegment pinned = staging();
      for (long at = 0; at < source.byteSize(); at += STAGING) {
        long n = Math.min(STAGING, source.byteSize() - at);
        MemorySegment.copy(source, at, pinned, 0, n);
        MemorySegment to = MemorySegment.ofAddress(target.address() + at);
        done(abi.copyToDevice(context, to, pinned, n), "a copy to the device");
      }
    }
  }

  /** Between devices of one library; false for another's. */
  boolean copyFrom(NativeContext from, MemorySegment source, MemorySegment target, long bytes) {
    if (from.abi != abi) {
      return false;
    }
    int status = abi.copyPeer(context, target, from.context, source, bytes);
    done(status, "a copy between devices");
    return true;
  }

  private MemorySegment staging() {
    if (staging.address() == 0) {
      MemorySegment data = Arguments.pointer();
      check(abi.hostAllocate(context, STAGING, data));
      staging = NativeLibrary.memory(data.get(ValueLayout.ADDRESS, 0), STAGING);
    }
    return staging;
  }

  void synchronize() {
    int status = abi.synchronize(context);
    if (status != Gatun.GATUN_OK()) {
      throw failure(status, "waiting");
    }
  }

  void trim() {
    check(abi.trim(context));
  }

  MemoryStats memory() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(gatun_memory_info.layout());
      check(abi.memory(context, info));
      return new MemoryStats(
          gatun_memory_info.live(info),
          gatun_memory_info.peak(info),
          gatun_memory_info.cached(info),
          gatun_memory_info.allocated(info),
          gatun_memory_info.allocations(info));
    }
  }
}
