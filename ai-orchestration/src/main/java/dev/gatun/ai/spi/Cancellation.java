package dev.gatun.ai.spi;

import java.util.ArrayList;
import java.util.List;

/** Lets one thread end the work of another. Thread-safe. */
public final class Cancellation {
  private final List<Runnable> actions = new ArrayList<>();
  private boolean cancelled;

  /** Nothing is cancelled yet. */
  public Cancellation() {}

  /** Undoes {@link #onCancel}. */
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }

  /** Runs the registered actions, once; later registrations run at once. */
  public void cancel() {
    List<Runnable> now;
    synchronized (actions) {
      if (cancelled) {
        return;
      }
      cancelled = true;
      now = List.copyOf(actions);
      actions.clear();
    }
    now.forEach(Runnable::run);
  }

  /** Whether {@link #cancel} was called. */
  public boolean isCancelled() {
    synchronized (actions) {
      return cancelled;
    }
  }

  /**
   * Registers what ends the work.
   *
   * @param action must be quick and must not throw; it runs in the cancelling thread
   */
  public Registration onCancel(Runnable action) {
    synchronized (actions) {
      if (!cancelled) {
        actions.add(action);
        return () -> {
          synchronized (actions) {
            actions.remove(action);
          }
        };
      }
    }
    action.run();
    return () -> {};
  }
}
