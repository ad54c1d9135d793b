package dev.gatun.tensor.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;

/**
 * A kernel that HotSpot compiles on its own. Where a program uses few ops, C2 would inline a kernel
 * into everything that leads to it, run out of its budget on the way, and leave calls or boxed
 * vectors in the innermost loop: 4 to 30 times slower. It does not look through a method handle
 * that is no constant. Immutable.
 */
final class Isolated implements Elementwise.Kernel {
  private static final MethodHandle RUN = run();

  /** Not final: that might make it a constant. */
  private MethodHandle code;

  Isolated(Elementwise.Kernel kernel) {
    code = RUN.bindTo(kernel);
  }

  private static MethodHandle run() {
    try {
      return MethodHandles.lookup()
          .findVirtual(
              Elementwise.Kernel.class,
              "run",
              MethodType.methodType(
                  void.class,
                  MemorySegment[].class,
                  long[].class,
                  MemorySegment.class,
                  long.class,
                  int.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * A static method of the caller, for a field that is not final, by {@code invokeExact}.
   *
   * @param name of the caller's only method of that name
   */
  static MethodHandle method(MethodHandles.Lookup caller, String name) {
    try {
      for (Method m : caller.lookupClass().getDeclaredMethods()) {
        if (m.getName().equals(name)) {
          return caller.unreflect(m);
        }
      }
    } catch (IllegalAccessException e) {
      throw new ExceptionInInitializerError(e);
    }
    throw new IllegalArgumentException("No method " + name + " in " + caller.lookupClass());
  }

  /** What a kernel, which declares no exception, has thrown. */
  static RuntimeException unchecked(Throwable thrown) {
    if (thrown instanceof Error e) {
      throw e;
    }
    return thrown instanceof RuntimeException e ? e : new IllegalStateException(thrown);
  }

  @Override
  public void run(MemorySegment[] in, long[] at, MemorySegment out, long outAt, int n) {
    try {
      code.invokeExact(in, at, out, outAt, n);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }
}
