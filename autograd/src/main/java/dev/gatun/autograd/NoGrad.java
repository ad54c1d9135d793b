package dev.gatun.autograd;

/**
 * While it is open, no tape of this thread records: {@code try (var _ = NoGrad.enter()) {...}}. May
 * be nested. Not thread-safe: close it on the thread that entered.
 */
public final class NoGrad implements AutoCloseable {
  private static final ThreadLocal<int[]> DEPTH = ThreadLocal.withInitial(() -> new int[1]);

  private final int change;
  private boolean closed;

  private NoGrad(int change) {
    this.change = change;
    DEPTH.get()[0] += change;
  }

  /** How deep this thread is in NoGrad, in the one element of an array that lives as long as it. */
  static int[] depth() {
    return DEPTH.get();
  }

  /** Stops recording on this thread until the result is closed. */
  public static NoGrad enter() {
    return new NoGrad(1);
  }

  /** Lets tapes record although a caller has stopped them: for recomputation in backward. */
  static NoGrad lift() {
    return new NoGrad(-DEPTH.get()[0]);
  }

  /** True while recording is stopped on this thread. */
  public static boolean active() {
    return DEPTH.get()[0] > 0;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      DEPTH.get()[0] -= change;
    }
  }
}
