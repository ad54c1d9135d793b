package dev.gatun.nn.train;

import dev.gatun.autograd.Gradients;
import dev.gatun.autograd.NoGrad;
import dev.gatun.autograd.Tape;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Model;
import dev.gatun.nn.data.Batch;
import dev.gatun.nn.data.DataLoader;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.Schedule;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The usual training loop: epochs of steps, a validation after each, listeners for all else.
 *
 * <pre>{@code
 * var trainer =
 *     Trainer.of(model)
 *         .optimizer(AdamW.of(model.parameters()).learningRate(1e-3).build())
 *         .loss(Losses::crossEntropy)
 *         .metric("accuracy", Metric::accuracy)
 *         .epochs(5)
 *         .listener(CheckpointListener.every(1, Path.of("state.safetensors")))
 *         .build();
 * trainer.fit(train.shuffle(42).batches(64), test.batches(256));
 * }</pre>
 *
 * <p>The caller owns the model, the optimizer and the loaders. Not thread-safe.
 */
public final class Trainer {
  /** The name of the loss among the metrics. */
  public static final String LOSS = "loss";

  private static final String EPOCH = "gatun.epoch";
  private static final String STEP = "gatun.step";
  private static final String LISTENER = "gatun.listener.";

  private final Layer layer;
  private final Model model;
  private final Optimizer optimizer;
  private final LossFunction loss;
  private final Map<String, Metric> metrics;
  private final Schedule schedule;
  private final OptionalDouble clipNorm;
  private final Device device;
  private final long epochs;
  private final List<TrainerListener> listeners;
  private long epoch;
  private long step;
  private boolean stopped;

  private Trainer(Builder b) {
    layer = b.layer;
    model = b.model;
    optimizer = Objects.requireNonNull(b.optimizer, "A trainer needs an optimizer");
    loss = Objects.requireNonNull(b.loss, "A trainer needs a loss");
    metrics = new LinkedHashMap<>(b.metrics);
    schedule = b.schedule;
    clipNorm = b.clipNorm;
    device = b.device == null ? Gatun.defaultDevice() : b.device;
    epochs = b.epochs;
    listeners = List.copyOf(b.listeners);
  }

  /** Options of a training of a model. */
  public static <M extends Layer & Model> Builder of(M model) {
    return new Builder(model, model);
  }

  /** Options of a {@link Trainer}. */
  public static final class Builder {
    private final Layer layer;
    private final Model model;
    private final Map<String, Metric> metrics = new LinkedHashMap<>();
    private final List<TrainerListener> listeners = new ArrayList<>();
    private @Nullable Optimizer optimizer;
    private @Nullable LossFunction loss;
    private @Nullable Device device;
    private Schedule schedule = Schedule.none();
    private OptionalDouble clipNorm = OptionalDouble.empty();
    private long epochs = 1;

    private Builder(Layer layer, Model model) {
      this.layer = layer;
      this.model = model;
    }

    /** Of the model's parameters. */
    public Builder optimizer(Optimizer value) {
      optimizer = value;
      return this;
    }

    public Builder loss(LossFunction value) {
      loss = value;
      return this;
    }

    /** One more metric, which costs a little in each step. */
    public Builder metric(String name, Metric metric) {
      metrics.put(name, metric);
      return this;
    }

    /** The learning rate by the number of the optimizer's step; that of the groups by default. */
    public Builder schedule(Schedule value) {
      schedule = value;
      return this;
    }

    /** Scales gradients whose global norm is greater; none by default. */
    public Builder clipNorm(double greatest) {
      clipNorm = OptionalDouble.of(greatest);
      return this;
    }

    /** Where to train; the default device by default. */
    public Builder device(Device value) {
      device = value;
      return this;
    }

    /** How many epochs there are in all, also over restarts; 1 by default. */
    public Builder epochs(long value) {
      epochs = value;
      return this;
    }

    /** Listeners are called in the order in which they were added. */
    public Builder listener(TrainerListener listener) {
      listeners.add(listener);
      return this;
    }

    public Trainer build() {
      return new Trainer(this);
    }
  }

  public Model model() {
    return model;
  }

  public Optimizer optimizer() {
    return optimizer;
  }

  /** The number of all epochs. */
  public long epochs() {
    return epochs;
  }

  /** The number of steps done, also before a restart. */
  public long step() {
    return step;
  }

  /** Ends the training after the step under way and, when an epoch has ended, its listeners. */
  public void stop() {
    stopped = true;
  }

  boolean isLast(long number) {
    return stopped || number == epochs - 1;
  }

  /** {@link #fit(DataLoader, DataLoader)} without validation. */
  public List<EpochReport> fit(DataLoader train) {
    return run(train, null);
  }

  /**
   * Trains until all epochs are done or {@link #stop()} is called. The loader's epoch is set to the
   * trainer's, so the order of examples after a restart is that of a training without one.
   *
   * @return what the epochs gave that ran now and to their end
   */
  public List<EpochReport> fit(DataLoader train, DataLoader validation) {
    return run(train, validation);
  }

  private List<EpochReport> run(DataLoader train, @Nullable DataLoader validation) {
    stopped = false;
    model.to(device);
    var reports = new ArrayList<EpochReport>();
    while (epoch < epochs && !stopped) {
      listeners.forEach(l -> l.onEpochStart(this, epoch));
      train.epoch(epoch);
      long begin = System.nanoTime();
      Means means = trainEpoch(train);
      double seconds = (System.nanoTime() - begin) / 1e9;
      if (stopped) {
        break;
      }
      Map<String, Double> judged = validation == null ? Map.of() : evaluate(validation);
      var report =
          new EpochReport(epoch, means.means(), judged, seconds, means.examples() / seconds);
      reports.add(report);
      epoch++;
      listeners.forEach(l -> l.onEpochEnd(this, report));
    }
    listeners.forEach(l -> l.onEnd(this, reports));
    return reports;
  }

  private Means trainEpoch(DataLoader train) {
    model.train();
    var means = new Means();
    long begin = System.nanoTime();
    long number = 0;
    try (train) {
      for (Batch batch : train) {
        schedule.apply(optimizer, step);
        Map<String, Double> values = step(batch);
        means.add(values, batch.size());
        double rate = means.examples() * 1e9 / (System.nanoTime() - begin);
        var report =
            new BatchReport(
                epoch,
                number++,
                train.size(),
                step++,
                batch.size(),
                values,
                optimizer.learningRate(),
                rate);
        listeners.forEach(l -> l.onBatch(this, report));
        if (stopped) {
          break;
        }
      }
    }
    return means;
  }

  private Map<String, Double> step(Batch batch) {
    try (Tape tape = Tape.record()) {
      Batch here = batch.to(device); // a copy belongs to the tape's scope
      Tensor output = layer.forward(here.input());
      Tensor value = loss.of(output, here.target());
      Gradients gradients = tape.gradients(value);
      optimizer.step(
          clipNorm.isPresent() ? gradients.clipByNorm(clipNorm.getAsDouble()) : gradients);
      return judge(output, here.target(), value);
    }
  }

  private Map<String, Double> judge(Tensor output, Tensor target, Tensor value) {
    try (NoGrad _ = NoGrad.enter();
        Scope _ = Scope.open()) {
      var out = new LinkedHashMap<String, Double>();
      out.put(LOSS, value.item());
      metrics.forEach((name, metric) -> out.put(name, metric.of(output, target)));
      return out;
    }
  }

  /** The means of loss and metrics over a data set, with the model in evaluation. */
  public Map<String, Double> evaluate(DataLoader data) {
    model.eval();
    var means = new Means();
    try (data) {
      for (Batch batch : data) {
        try (NoGrad _ = NoGrad.enter();
            Scope _ = Scope.open()) {
          Batch here = batch.to(device);
          Tensor output = layer.forward(here.input());
          means.add(judge(output, here.target(), loss.of(output, here.target())), batch.size());
        }
      }
    }
    return means.means();
  }

  // ---- Restarts -------------------------------------------------------------------------------

  /** Saves the whole state: model, optimizer, default random stream, epoch, step, listeners. */
  public void save(Path path) {
    var progress = new LinkedHashMap<String, String>();
    progress.put(EPOCH, Long.toString(epoch));
    progress.put(STEP, Long.toString(step));
    for (int i = 0; i < listeners.size(); i++) {
      String prefix = LISTENER + i + ".";
      listeners.get(i).state().forEach((key, value) -> progress.put(prefix + key, value));
    }
    Checkpoint.saveTraining(model, optimizer, progress, path);
  }

  /**
   * Restores what {@link #save} wrote; {@link #fit} then does the remaining epochs as if there had
   * been no break. The trainer must be built as the one that saved.
   *
   * @throws FormatException when the file is not the state of a trainer
   */
  public void resume(Path path) {
    model.to(device);
    Map<String, String> progress = Checkpoint.loadTraining(model, optimizer, path);
    try {
      epoch = Long.parseLong(progress.getOrDefault(EPOCH, ""));
      step = Long.parseLong(progress.getOrDefault(STEP, ""));
    } catch (NumberFormatException e) {
      throw new FormatException(path + " has no epoch and step of a trainer", e);
    }
    for (int i = 0; i < listeners.size(); i++) {
      String prefix = LISTENER + i + ".";
      var own = new LinkedHashMap<String, String>();
      progress.forEach((key, value) -> {
        if (key.startsWith(prefix)) {
          own.put(key.substring(prefix.length()), value);
        }
      });
      listeners.get(i).restore(own);
    }
  }
}
