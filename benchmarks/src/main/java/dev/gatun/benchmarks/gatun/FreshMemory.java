package dev.gatun.benchmarks.gatun;

import dev.gatun.benchmarks.compare.Work;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** What the first touch of memory costs that the system has just given (Linux alone). */
final class FreshMemory {
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final int HUGE = 14;
  private static final int NO_HUGE = 15;
  private static final long PAGE = 4096;
  private static final long HUGE_PAGE = 2 << 20;

  private static final MethodHandle MAP =
      handle(
          "mmap",
          FunctionDescriptor.of(
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle UNMAP =
      handle(
          "munmap",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
  private static final MethodHandle ADVISE =
      handle(
          "madvise",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));

  private FreshMemory() {}

  /** Maps memory, touches each page once, and gives it back. Null where this is not Linux. */
  static @Nullable Work work(long bytes, int threads, boolean huge) {
    if (!System.getProperty("os.name").equals("Linux")) {
      return null;
    }
    long share = bytes / threads;
    return Roofline.onEach(threads, _ -> () -> touch(share, huge));
  }

  @SuppressWarnings("restricted")
  private static double touch(long bytes, boolean huge) {
    try {
      // Room to begin at a huge page.
      long whole = bytes + HUGE_PAGE;
      MemorySegment start =
          (MemorySegment)
              MAP.invokeExact(MemorySegment.NULL, whole, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
      MemorySegment mapped = start.reinterpret(whole);
      int advised = (int) ADVISE.invokeExact(start, whole, huge ? HUGE : NO_HUGE);
      long first = Math.floorMod(-mapped.address(), HUGE_PAGE);
      for (long i = first; i < first + bytes; i += PAGE) {
        mapped.set(ValueLayout.JAVA_BYTE, i, (byte) 1);
      }
      int unmapped = (int) UNMAP.invokeExact(start, whole);
      return (double) advised + unmapped;
    } catch (Throwable e) {
      throw new IllegalStateException("The system gave no memory", e);
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
  }
}
