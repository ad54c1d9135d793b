package dev.gatun.gateway.train;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.http.Problem;
import dev.gatun.nn.Init;
import dev.gatun.nn.data.DataLoader;
import dev.gatun.nn.layer.Sequential;
import dev.gatun.nn.loss.Losses;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.train.BatchReport;
import dev.gatun.nn.train.Checkpoint;
import dev.gatun.nn.train.EpochReport;
import dev.gatun.nn.train.Metric;
import dev.gatun.nn.train.Trainer;
import dev.gatun.nn.train.TrainerListener;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Generator;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** One training of a network on a table. {@link #run} is for one thread, {@link #stop} for any. */
final class Fit {
  /** The most numbers of a network. */
  static final long MOST_PARAMETERS = 50_000_000;

  private final TrainSpec spec;
  private final Rows rows;
  private final Path best;
  private volatile boolean stopped;

  /**
   * What a training gave.
   *
   * @param epochs what each epoch gave
   * @param parameters of the network
   */
  record Result(EpochRows epochs, long parameters) {}

  /** What hears of a training, on its thread. */
  interface Progress {
    /** After an epoch. */
    void epoch(EpochRows epochs);

    /** When there is a chance to save the state: it does, or not. */
    void state(int epochs, Consumer<Path> save);
  }

  /**
   * A training.
   *
   * @param best where the best network is written
   */
  Fit(TrainSpec spec, Rows rows, Path best) {
    this.spec = spec;
    this.rows = rows;
    this.best = best;
  }

  /** Ends the training after the step under way. */
  void stop() {
    stopped = true;
  }

  /**
   * Trains. The best network is in its file then.
   *
   * @param state from where to go on; {@link #best} is that training's then
   * @throws Problem 422 when nothing can be learnt
   */
  Result run(Optional<Path> state, Progress progress) {
    Encoder encoder = rows.encoder();
    Device device = spec.device().isEmpty() ? Gatun.defaultDevice() : Device.of(spec.device());
    Generator dropouts = new Generator(spec.seed());
    long parameters = Mlp.parameters(spec.network(), encoder.inputs(), encoder.outputs());
    if (parameters > MOST_PARAMETERS) {
      throw Problem.field(
          "/model/hidden",
          "The network would have "
              + parameters
              + " parameters, at most "
              + MOST_PARAMETERS
              + " are trained");
    }
    EpochRows epochs = new EpochRows(best, spec.patience());
    try (Sequential network =
            Init.seeded(
                spec.seed(),
                () -> Mlp.of(spec.network(), encoder.inputs(), encoder.outputs(), dropouts));
        DataLoader train = DataLoader.of(rows.train()).shuffle(spec.seed()).batches(spec.batch());
        DataLoader validation = DataLoader.of(rows.validation()).batches(1024)) {
      Trainer trainer =
          Trainer.of(network)
              .optimizer(
                  AdamW.of(network.parameters())
                      .learningRate(spec.learningRate())
                      .weightDecay(spec.weightDecay())
                      .build())
              .loss(encoder.isClassification() ? Losses::crossEntropy : Losses::mse)
              .metric(measure(encoder), metric(encoder))
              .epochs(spec.epochs())
              .device(device)
              .listener(epochs)
              .listener(new Watch(dropouts, epochs, progress))
              .build();
      state.ifPresent(trainer::resume);
      trainer.fit(train, validation);
    }
    if (epochs.bestEpoch() < 0 && !stopped) {
      throw diverged(epochs.size());
    }
    return new Result(epochs, parameters);
  }

  /** The name of the measure besides the loss. */
  static String measure(Encoder encoder) {
    return encoder.isClassification() ? "accuracy" : "mean_absolute_error";
  }

  private static Metric metric(Encoder encoder) {
    if (encoder.isClassification()) {
      return Metric::accuracy;
    }
    return (output, target) -> output.sub(target).abs().mean().item() * encoder.deviation();
  }

  private static Problem diverged(int epoch) {
    return Problem.of(
        422,
        "training-diverged",
        "The loss became infinite or not a number in epoch "
            + epoch
            + ": a smaller 'learning_rate' usually helps");
  }

  private final class Watch implements TrainerListener {
    private final Generator dropouts;
    private final EpochRows epochs;
    private final Progress progress;

    Watch(Generator dropouts, EpochRows epochs, Progress progress) {
      this.dropouts = dropouts;
      this.epochs = epochs;
      this.progress = progress;
    }

    @Override
    public void onEpochStart(Trainer trainer, long epoch) {
      // What an epoch drops depends on its number alone, so that a restart changes nothing.
      dropouts.restore(spec.seed(), epoch << 40);
    }

    @Override
    public void onBatch(Trainer trainer, BatchReport report) {
      if (!Double.isFinite(report.loss())) {
        throw diverged((int) report.epoch() + 1);
      }
      if (stopped) {
        trainer.stop();
      }
    }

    @Override
    public void onEpochEnd(Trainer trainer, EpochReport report) {
      progress.epoch(epochs);
      progress.state(epochs.size(), trainer::save);
      if (stopped) {
        trainer.stop();
      }
    }
  }

  /** Reads a network that a training wrote. */
  static Sequential load(TrainSpec.Network network, Encoder encoder, Path weights) {
    // Nothing is dropped when predicting, and the initial values are overwritten.
    Sequential out = Mlp.of(network, encoder.inputs(), encoder.outputs(), new Generator(0));
    Checkpoint.load(out, weights);
    out.eval();
    return out;
  }

  /** The metrics that a model is shown with. */
  static Json.Obj metrics(Result result, Rows rows) {
    return Json.object()
        .put("best_epoch", result.epochs().bestEpoch() + 1)
        .put("epochs", result.epochs().size())
        .put("stopped_early", result.epochs().isStoppedEarly())
        .put("validation_loss", value(result, "val_loss"))
        .put(
            "validation_" + measure(rows.encoder()),
            value(result, "val_" + measure(rows.encoder())))
        .put("baseline_" + measure(rows.encoder()), EpochRows.number(rows.baseline()))
        .build();
  }

  private static Json value(Result result, String name) {
    return result.epochs().best().get(name).orElse(Json.NULL);
  }
}
