package dev.gatun.examples.mnist;

import dev.gatun.nn.train.BatchReport;
import dev.gatun.nn.train.EpochReport;
import dev.gatun.nn.train.Trainer;
import dev.gatun.nn.train.TrainerListener;
import java.nio.charset.Charset;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows on standard error how a training goes: a bar for each epoch on a terminal, else a plain
 * line now and then. The launcher says whether there is a terminal, by its width in {@code
 * gatun.columns}: Java itself cannot tell for standard error alone.
 */
final class Progress implements TrainerListener, AutoCloseable {
  private static final long NANOS_BETWEEN_LINES = 10_000_000_000L;
  private static final int MILLIS_BETWEEN_UPDATES = 200;

  /** Weight of the newest batch in the loss and accuracy shown. */
  private static final double SMOOTHING = 0.05;

  private final int columns = Integer.getInteger("gatun.columns", 0);
  private final long begin = System.nanoTime();
  private @Nullable ProgressBar bar;
  private long lastLine = begin;
  private long steps;
  private double loss = Double.NaN;
  private double accuracy = Double.NaN;

  @Override
  public void onBatch(Trainer trainer, BatchReport report) {
    steps++;
    loss = smooth(loss, report.loss());
    accuracy = smooth(accuracy, report.metrics().getOrDefault(TrainMnist.ACCURACY, Double.NaN));
    if (columns > 0) {
      ProgressBar b = bar;
      if (b == null) {
        b = newBar(trainer, report);
        bar = b;
      }
      b.stepTo(report.batch() + 1);
      b.setExtraMessage(" " + numbers(trainer, report));
    } else if (System.nanoTime() - lastLine >= NANOS_BETWEEN_LINES) {
      lastLine = System.nanoTime();
      long percent = 100 * (report.batch() + 1) / report.batches();
      System.err.println(
          title(trainer, report) + ", " + percent + " %: " + numbers(trainer, report));
    }
  }

  @Override
  public void onEpochEnd(Trainer trainer, EpochReport report) {
    close();
  }

  private ProgressBar newBar(Trainer trainer, BatchReport report) {
    String encoding = System.getProperty("stderr.encoding", Charset.defaultCharset().name());
    boolean unicode = encoding.toUpperCase(Locale.ROOT).startsWith("UTF");
    return new ProgressBarBuilder()
        .setTaskName(title(trainer, report))
        .setInitialMax(report.batches())
        .setStyle(unicode ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(MILLIS_BETWEEN_UPDATES)
        .setConsumer(new ConsoleProgressBarConsumer(System.err, columns - 1))
        .clearDisplayOnFinish()
        .hideEta()
        .build();
  }

  private static String title(Trainer trainer, BatchReport report) {
    return "epoch " + (report.epoch() + 1) + "/" + trainer.epochs();
  }

  private String numbers(Trainer trainer, BatchReport report) {
    double nanosPerStep = (double) (System.nanoTime() - begin) / steps;
    long all = trainer.epochs() * report.batches();
    long secondsLeft = Math.round((all - report.step() - 1) * nanosPerStep / 1e9);
    return String.format(
        Locale.ROOT,
        "loss %.4f, accuracy %.2f %%, %,.0f samples/s, %d:%02d left",
        loss,
        100 * accuracy,
        report.examplesPerSecond(),
        secondsLeft / 60,
        secondsLeft % 60);
  }

  private static double smooth(double before, double now) {
    return Double.isNaN(before) ? now : before + SMOOTHING * (now - before);
  }

  /** Takes the bar off the terminal. Idempotent. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
