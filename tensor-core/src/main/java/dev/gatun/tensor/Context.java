package dev.gatun.tensor;

import org.jspecify.annotations.Nullable;

/** What the engine knows of the current thread: its scopes, interceptors and default device. */
final class Context {
  private static final ThreadLocal<Context> CURRENT = ThreadLocal.withInitial(Context::new);
  private static final Interceptor[] NONE = {};

  /** The innermost open scope. */
  @Nullable Scope scope;

  /** The installed interceptors, outermost first; copied on change. */
  Interceptor[] interceptors = NONE;

  /** How many of them see the ops issued now: those below the one that runs are masked. */
  int active;

  @Nullable Device device;

  static Context current() {
    return CURRENT.get();
  }
}
