package dev.gatun.nn.train;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Saves a training while it goes. For one training. */
public final class CheckpointListener implements TrainerListener {
  private final Path path;
  private final int every;
  private final @Nullable Best best;

  private CheckpointListener(Path path, int every, @Nullable Best best) {
    this.path = path;
    this.every = every;
    this.best = best;
  }

  /**
   * Saves the whole state after each {@code epochs} epochs and at the end, over the one before;
   * {@link Trainer#resume} goes on from there. Put it after the listeners whose state it saves.
   */
  public static CheckpointListener every(int epochs, Path path) {
    if (epochs < 1) {
      throw new IllegalArgumentException("Cannot save every " + epochs + " epochs");
    }
    return new CheckpointListener(path, epochs, null);
  }

  /** Saves the model after each epoch in which a metric, to be small, is least so far. */
  public static CheckpointListener least(String metric, Path path) {
    return new CheckpointListener(path, 1, Best.least(metric));
  }

  /** Saves the model after each epoch in which a metric, to be great, is greatest so far. */
  public static CheckpointListener greatest(String metric, Path path) {
    return new CheckpointListener(path, 1, Best.greatest(metric));
  }

  @Override
  public void onEpochEnd(Trainer trainer, EpochReport report) {
    if (best != null) {
      if (best.improves(report)) {
        Checkpoint.save(trainer.model(), path);
      }
    } else if ((report.epoch() + 1) % every == 0 || trainer.isLast(report.epoch())) {
      trainer.save(path);
    }
  }

  @Override
  public Map<String, String> state() {
    return best == null ? Map.of() : Map.of("best", best.text());
  }

  @Override
  public void restore(Map<String, String> state) {
    if (best != null) {
      best.restore(state.get("best"));
    }
  }
}
