package dev.gatun.nn.train;

import java.util.Map;

/** Stops a training whose metric has not got better for some epochs. For one training. */
public final class EarlyStopping implements TrainerListener {
  private final Best best;
  private final int patience;
  private int bad;

  private EarlyStopping(Best best, int patience) {
    this.best = best;
    this.patience = patience;
  }

  /** Stops after {@code patience} epochs in a row in which a metric, to be small, did not fall. */
  public static EarlyStopping whenNotFalling(String metric, int patience) {
    return new EarlyStopping(Best.least(metric), patience);
  }

  /** Stops after {@code patience} epochs in a row in which a metric, to be great, did not rise. */
  public static EarlyStopping whenNotRising(String metric, int patience) {
    return new EarlyStopping(Best.greatest(metric), patience);
  }

  @Override
  public void onEpochEnd(Trainer trainer, EpochReport report) {
    bad = best.improves(report) ? 0 : bad + 1;
    if (bad >= patience) {
      trainer.stop();
    }
  }

  @Override
  public Map<String, String> state() {
    return Map.of("best", best.text(), "bad", Integer.toString(bad));
  }

  @Override
  public void restore(Map<String, String> state) {
    best.restore(state.get("best"));
    bad = Integer.parseInt(state.getOrDefault("bad", "0"));
  }
}
