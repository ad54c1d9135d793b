package dev.gatun.examples.mnist;

import dev.gatun.examples.Json;
import dev.gatun.examples.LearningCurves;
import dev.gatun.examples.ProcessMemory;
import dev.gatun.nn.Init;
import dev.gatun.nn.data.DataLoader;
import dev.gatun.nn.loss.Losses;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.Schedule;
import dev.gatun.nn.train.Checkpoint;
import dev.gatun.nn.train.CheckpointListener;
import dev.gatun.nn.train.EpochReport;
import dev.gatun.nn.train.Metric;
import dev.gatun.nn.train.Trainer;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Gatun;
import java.awt.AWTError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a network to read digits. */
@Command(
    name = "mnist",
    description = {
      "Trains a network to read handwritten digits, and judges it on others.",
      "Writes mnist.safetensors (the weights), mnist.png (the curves) and, after each epoch,"
          + " mnist.checkpoint.safetensors (what --resume needs)."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class TrainMnist implements Callable<Integer> {
  /** The name of the accuracy among the metrics. */
  static final String ACCURACY = "accuracy";

  private static final int TEST_BATCH = 500;

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--model", description = "cnn or mlp (default: ${DEFAULT-VALUE}).")
  private Plan.Kind model = Plan.Kind.CNN;

  @Option(names = "--epochs", description = "Passes over the training images (cnn 4, mlp 10).")
  private @Nullable Long epochs;

  @Option(names = "--batch", description = "Images per step (cnn 64, mlp 128).")
  private @Nullable Integer batch;

  @Option(names = "--lr", description = "The greatest learning rate (cnn 0.004, mlp 0.003).")
  private @Nullable Double rate;

  @Option(names = "--seed", description = "Of all random numbers (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(names = "--threads", description = "CPU threads (default: all cores).")
  private @Nullable Integer threads;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Other pictures: train-images-idx3-ubyte, train-labels-idx1-ubyte and the same with t10k,"
              + " plain or .gz (default: the MNIST digits).")
  private @Nullable Path data;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where files are written (default: here).")
  private Path out = Path.of("");

  @Option(
      names = "--resume",
      paramLabel = "FILE",
      description =
          "Goes on from a checkpoint of a run with the same options, to the same result bit for"
              + " bit; or begins anew from the weights in a model's file.")
  private @Nullable Path resume;

  @Option(names = "--device", description = "Where to compute, see gatun doctor (default: cpu).")
  private String device = "cpu";

  @Option(names = "--json", description = "One JSON object a line on standard output.")
  private boolean json;

  /** Made by the command line, which sets the options. */
  public TrainMnist() {}

  @Override
  public Integer call() throws IOException {
    atLeastOne("--epochs", epochs);
    atLeastOne("--batch", batch);
    atLeastOne("--threads", threads);
    if (rate != null && !(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
      throw bad("--lr must be a positive number, got " + rate);
    }
    if (threads != null) {
      System.setProperty("gatun.threads", threads.toString()); // read by the first kernel
    }
    Device place = Device.of(device);
    try (Digits digits = Digits.read(data)) {
      prepareFolder();
      train(digits, place);
    }
    return 0;
  }

  private void train(Digits digits, Device place) throws IOException {
    long begin = System.nanoTime();
    var plan =
        new Plan(
            model,
            epochs == null ? model.epochs : epochs,
            batch == null ? model.batch : batch,
            rate == null ? model.rate : rate,
            seed,
            digits.train().size());
    Gatun.manualSeed(seed);
    try (Network network = Init.seeded(seed, () -> model.build(digits));
        Optimizer optimizer = AdamW.of(network.parameters()).learningRate(plan.rate()).build();
        DataLoader train = digits.train().shuffle(seed).batches(plan.batch());
        DataLoader test = digits.test().batches(TEST_BATCH);
        var progress = new Progress()) {
      var curves = new LearningCurves(ACCURACY);
      Trainer trainer =
          Trainer.of(network)
              .optimizer(optimizer)
              .schedule(Schedule.oneCycle(plan.rate(), plan.steps()))
              .loss(Losses::crossEntropy)
              .metric(ACCURACY, Metric::accuracy)
              .device(place)
              .epochs(plan.epochs())
              .listener(plan)
              .listener(curves)
              .listener(progress)
              .listener(new EpochLines(json))
              .listener(CheckpointListener.every(1, out.resolve("mnist.checkpoint.safetensors")))
              .build();
      if (resume != null) {
        resume(trainer, network, resume);
      }
      if (!json) {
        System.out.printf(
            Locale.ROOT,
            "%s with %,d parameters on %s: %,d images, %,d test images, %d epochs%n",
            plan.model(),
            network.parameterCount(),
            place,
            digits.train().size(),
            digits.test().size(),
            plan.epochs());
      }
      List<EpochReport> reports = trainer.fit(train, test);
      double seconds = (System.nanoTime() - begin) / 1e9;
      double accuracy =
          reports.isEmpty() // the checkpoint was of a run that had ended
              ? trainer.evaluate(test).getOrDefault(ACCURACY, Double.NaN)
              : reports.getLast().metric(ACCURACY);
      Path weights = out.resolve("mnist.safetensors");
      Checkpoint.save(network, weights);
      Path picture = draw(curves, plan, accuracy);
      finish(plan, network, place, reports, accuracy, seconds, weights, picture);
    }
  }

  private static void resume(Trainer trainer, Network network, Path file) {
    if (Checkpoint.isTraining(file)) {
      trainer.resume(file);
    } else {
      Checkpoint.load(network, file);
    }
  }

  /** Says what came out; times are of the training steps alone. */
  private void finish(
      Plan plan,
      Network network,
      Device place,
      List<EpochReport> reports,
      double accuracy,
      double seconds,
      Path weights,
      @Nullable Path picture) {
    double training = reports.stream().mapToDouble(EpochReport::seconds).sum();
    double rate = training == 0 ? Double.NaN : reports.size() * plan.examples() / training;
    Double peak = ProcessMemory.peakMib();
    if (json) {
      System.out.println(
          Json.object(
              "event", "done",
              "test_accuracy", accuracy,
              "train_seconds", training,
              "samples_per_second", rate,
              "peak_rss_mib", peak,
              "seconds", seconds,
              "model", plan.model(),
              "parameters", network.parameterCount(),
              "epochs", plan.epochs(),
              "seed", plan.seed(),
              "device", place,
              "threads",
                  Integer.getInteger("gatun.threads", Runtime.getRuntime().availableProcessors()),
              "weights", weights,
              "picture", picture));
      return;
    }
    System.out.printf(
        Locale.ROOT,
        "test accuracy %.2f %% after %.1f s of training (%.1f s in all)%s%n",
        100 * accuracy,
        training,
        seconds,
        peak == null ? "" : String.format(Locale.ROOT, ", %.0f MiB of memory at most", peak));
    System.out.println("wrote " + weights + (picture == null ? "" : " and " + picture));
  }

  /** The picture's file; null when this Java cannot draw, which is no reason to fail. */
  private @Nullable Path draw(LearningCurves curves, Plan plan, double accuracy)
      throws IOException {
    Path file = out.resolve("mnist.png");
    String title =
        String.format(
            Locale.ROOT,
            "%s, seed %d: %.2f %% of the test images right",
            plan.model(),
            plan.seed(),
            100 * accuracy);
    try {
      curves.save(file, title);
      return file;
    } catch (RuntimeException | LinkageError | InternalError | AWTError e) {
      System.err.println(
          "gatun: no picture of the curves, since this Java cannot draw text (a headless one"
              + " without fonts?): "
              + e);
      return null;
    }
  }

  /** Makes the folder, and fails now rather than after the training when it is not writable. */
  private void prepareFolder() throws IOException {
    Path folder = out.toAbsolutePath();
    Files.createDirectories(folder);
    Files.delete(Files.createTempFile(folder, ".mnist", ".part"));
  }

  private void atLeastOne(String option, @Nullable Number value) {
    if (value != null && value.longValue() < 1) {
      throw bad(option + " must be at least 1, got " + value);
    }
  }

  private ParameterException bad(String message) {
    return new ParameterException(
        spec == null ? new CommandLine(this) : spec.commandLine(), message);
  }
}
