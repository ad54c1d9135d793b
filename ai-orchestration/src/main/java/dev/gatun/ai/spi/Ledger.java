package dev.gatun.ai.spi;

import dev.gatun.ai.Attempt;
import dev.gatun.ai.Task;
import java.time.Instant;
import java.util.Map;

/** Keeps account of every attempt that reached a provider. Thread-safe. */
public interface Ledger {
  /** Keeps nothing. */
  Ledger NONE = _ -> {};

  /** Writes down an attempt. Must not fail the call: problems are logged. */
  void record(Entry entry);

  /**
   * An attempt.
   *
   * @param at when it ended
   * @param correlationId the call that it belongs to
   * @param tenant on whose behalf, or empty
   * @param task what for
   * @param attempt what happened
   * @param metadata the request's labels
   */
  record Entry(
      Instant at,
      String correlationId,
      String tenant,
      Task task,
      Attempt attempt,
      Map<String, String> metadata) {
    /** Copies the map. */
    public Entry {
      metadata = Map.copyOf(metadata);
    }
  }
}
