package dev.gatun.nn.train;

import java.util.List;
import java.util.Map;

/** Is told how a training goes, on its thread. It may call {@link Trainer#stop()}. */
public interface TrainerListener {

  /**
   * Before an epoch.
   *
   * @param epoch from 0
   */
  default void onEpochStart(Trainer trainer, long epoch) {}

  /** After each step. */
  default void onBatch(Trainer trainer, BatchReport report) {}

  /** After an epoch and its validation. */
  default void onEpochEnd(Trainer trainer, EpochReport report) {}

  /** At the end, also when stopped early; not after an exception. */
  default void onEnd(Trainer trainer, List<EpochReport> reports) {}

  /** What {@link #restore} needs to go on after a restart, as text. */
  default Map<String, String> state() {
    return Map.of();
  }

  /** Restores what {@link #state()} gave before a restart. */
  default void restore(Map<String, String> state) {}
}
