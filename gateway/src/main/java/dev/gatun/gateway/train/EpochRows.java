package dev.gatun.gateway.train;

import dev.gatun.ai.json.Json;
import dev.gatun.nn.train.Checkpoint;
import dev.gatun.nn.train.EpochReport;
import dev.gatun.nn.train.Trainer;
import dev.gatun.nn.train.TrainerListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes down what each epoch gave, keeps the network of the best one in a file, and stops when no
 * better one comes. For one training; a restart goes on with it.
 */
final class EpochRows implements TrainerListener {
  private static final int MOST_SHOWN = 500;

  private final Path best;
  private final int patience;
  private final List<Json.Obj> rows = new ArrayList<>();
  private int bestEpoch = -1;
  private double bestLoss = Double.POSITIVE_INFINITY;
  private boolean stoppedEarly;

  /**
   * The rows of a training.
   *
   * @param best where the best network is written
   * @param patience how many epochs without a better validation loss end the training; 0 for any
   */
  EpochRows(Path best, int patience) {
    this.best = best;
    this.patience = patience;
  }

  @Override
  public void onEpochEnd(Trainer trainer, EpochReport report) {
    int epoch = rows.size();
    rows.add(row(report));
    double loss = report.validation().getOrDefault(Trainer.LOSS, Double.NaN);
    if (loss < bestLoss) {
      bestLoss = loss;
      bestEpoch = epoch;
      Checkpoint.save(trainer.model(), best);
    } else if (patience > 0 && epoch - bestEpoch >= patience) {
      stoppedEarly = true;
      trainer.stop();
    }
  }

  private static Json.Obj row(EpochReport report) {
    Json.ObjectBuilder b = Json.object().put("epoch", report.epoch() + 1);
    report.train().forEach((name, value) -> b.put(name, number(value)));
    report.validation().forEach((name, value) -> b.put("val_" + name, number(value)));
    return b.put("examples_per_second", number(report.examplesPerSecond())).build();
  }

  /** A number, or null for one that JSON does not have. */
  static Json number(double value) {
    return Double.isFinite(value) ? Json.of(value) : Json.NULL;
  }

  /** All epochs, or some hundred of many, with the best and the last one. */
  List<Json.Obj> rows() {
    int step = Math.ceilDiv(rows.size(), MOST_SHOWN);
    List<Json.Obj> out = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      if (i % step == 0 || i == bestEpoch || i == rows.size() - 1) {
        out.add(rows.get(i));
      }
    }
    return out;
  }

  /** The last epoch. */
  Json.Obj last() {
    return rows.getLast();
  }

  /** How many epochs were done. */
  int size() {
    return rows.size();
  }

  /** The best epoch, from 0; -1 when none had a validation loss that is a number. */
  int bestEpoch() {
    return bestEpoch;
  }

  /** What the best epoch gave. */
  Json.Obj best() {
    return rows.get(bestEpoch);
  }

  boolean isStoppedEarly() {
    return stoppedEarly;
  }

  @Override
  public Map<String, String> state() {
    return Map.of(
        "rows",
        new Json.Arr(List.copyOf(rows)).toString(),
        "best_epoch",
        Integer.toString(bestEpoch),
        "best_loss",
        Double.toString(bestLoss));
  }

  @Override
  public void restore(Map<String, String> state) {
    rows.clear();
    if (Json.parse(state.getOrDefault("rows", "[]")) instanceof Json.Arr a) {
      a.elements().forEach(e -> rows.add((Json.Obj) e));
    }
    bestEpoch = Integer.parseInt(state.getOrDefault("best_epoch", "-1"));
    bestLoss = Double.parseDouble(state.getOrDefault("best_loss", "Infinity"));
  }
}
