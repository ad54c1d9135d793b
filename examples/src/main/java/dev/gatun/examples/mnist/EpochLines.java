package dev.gatun.examples.mnist;

import dev.gatun.examples.Json;
import dev.gatun.nn.train.EpochReport;
import dev.gatun.nn.train.Trainer;
import dev.gatun.nn.train.TrainerListener;
import java.util.Locale;
import java.util.Map;

/** One line on standard output for each epoch: a JSON object, or text. */
record EpochLines(boolean json) implements TrainerListener {
  @Override
  public void onEpochEnd(Trainer trainer, EpochReport report) {
    System.out.println(json ? object(report) : text(trainer, report));
  }

  private static String object(EpochReport report) {
    return Json.object(
        "event", "epoch",
        "epoch", report.epoch() + 1,
        "train_loss", loss(report.train()),
        "train_accuracy", accuracy(report.train()),
        "test_loss", loss(report.validation()),
        "test_accuracy", accuracy(report.validation()),
        "seconds", report.seconds(),
        "samples_per_second", report.examplesPerSecond());
  }

  private static String text(Trainer trainer, EpochReport report) {
    return String.format(
        Locale.ROOT,
        "epoch %d/%d   training loss %.4f, accuracy %.2f %%   test loss %.4f, accuracy %.2f %%"
            + "   %.1f s, %,.0f samples/s",
        report.epoch() + 1,
        trainer.epochs(),
        loss(report.train()),
        100 * accuracy(report.train()),
        loss(report.validation()),
        100 * accuracy(report.validation()),
        report.seconds(),
        report.examplesPerSecond());
  }

  private static double loss(Map<String, Double> metrics) {
    return metrics.getOrDefault(Trainer.LOSS, Double.NaN);
  }

  private static double accuracy(Map<String, Double> metrics) {
    return metrics.getOrDefault(TrainMnist.ACCURACY, Double.NaN);
  }
}
