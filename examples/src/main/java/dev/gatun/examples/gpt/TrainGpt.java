package dev.gatun.examples.gpt;

import dev.gatun.autograd.Tape;
import dev.gatun.examples.Json;
import dev.gatun.nn.Init;
import dev.gatun.nn.loss.Losses;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.Schedule;
import dev.gatun.nn.text.Gpt;
import dev.gatun.nn.text.GptConfig;
import dev.gatun.nn.text.LanguageModel;
import dev.gatun.nn.text.Sampler;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a language model over the characters of a text. */
@Command(
    name = "gpt",
    description = {
      "Trains a small GPT to continue a text, character by character.",
      "Writes a folder with config.json, vocabulary.json and model.safetensors, which"
          + " GATUN_LOCAL_MODEL=DIR ./gatun serve answers with."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class TrainGpt implements Callable<Integer> {
  private static final int JUDGED_ROWS = 64;
  private static final int SAMPLE = 200;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--text",
      required = true,
      paramLabel = "FILE",
      description = "What to learn: a text in UTF-8; the last tenth is for judging.")
  private Path text = Path.of("");

  @Option(
      names = "--save",
      paramLabel = "DIR",
      description = "The folder of the model (default: ${DEFAULT-VALUE}).")
  private Path save = Path.of("gpt");

  @Option(names = "--steps", description = "Steps of the optimizer (default: ${DEFAULT-VALUE}).")
  private int steps = 2000;

  @Option(names = "--batch", description = "Rows per step (default: ${DEFAULT-VALUE}).")
  private int batch = 16;

  @Option(
      names = "--context",
      description = "Characters that it sees at once (default: ${DEFAULT-VALUE}).")
  private int context = 128;

  @Option(names = "--width", description = "Size of the vectors (default: ${DEFAULT-VALUE}).")
  private int width = 128;

  @Option(names = "--heads", description = "Attention heads (default: ${DEFAULT-VALUE}).")
  private int heads = 4;

  @Option(names = "--layers", description = "Blocks (default: ${DEFAULT-VALUE}).")
  private int layers = 4;

  @Option(names = "--lr", description = "The greatest learning rate (default: ${DEFAULT-VALUE}).")
  private double rate = 2e-3;

  @Option(names = "--seed", description = "Of all random numbers (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(names = "--threads", description = "CPU threads (default: all cores).")
  private @Nullable Integer threads;

  @Option(names = "--device", description = "Where to compute, see gatun doctor (default: cpu).")
  private String device = "cpu";

  @Option(names = "--json", description = "One JSON object a line on standard output.")
  private boolean json;

  /** Made by the command line, which sets the options. */
  public TrainGpt() {}

  @Override
  public Integer call() throws IOException {
    atLeastOne("--steps", steps);
    atLeastOne("--batch", batch);
    atLeastOne("--context", context);
    if (threads != null) {
      atLeastOne("--threads", threads);
      System.setProperty("gatun.threads", threads.toString()); // read by the first kernel
    }
    if (!(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
      throw bad("--lr must be a positive number, got " + rate);
    }
    Device place = Device.of(device);
    Corpus corpus = Corpus.read(text, context);
    GptConfig config;
    try {
      config = new GptConfig(corpus.characters().size(), context, width, heads, layers);
    } catch (IllegalArgumentException e) {
      throw bad(String.valueOf(e.getMessage()));
    }
    Files.createDirectories(save); // fails now rather than after the training
    try (Gpt gpt = Init.seeded(seed, () -> new Gpt(config))) {
      gpt.to(place);
      train(gpt, corpus, place);
    }
    return 0;
  }

  private void train(Gpt gpt, Corpus corpus, Device place) {
    long begin = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    int warmUp = Math.max(1, steps / 20);
    Schedule schedule = Schedule.warmupCosine(warmUp, 0.05, Math.max(1, steps - warmUp));
    if (!json) {
      System.out.printf(
          Locale.ROOT,
          "gpt with %,d parameters on %s: %,d characters, %d different, %d steps%n",
          gpt.parameterCount(),
          place,
          corpus.learned(),
          corpus.characters().size(),
          steps);
    }
    double loss = Double.NaN;
    try (Optimizer optimizer =
        AdamW.of(gpt.parameters()).learningRate(rate).betas(0.9, 0.99).build()) {
      for (int step = 1; step <= steps; step++) {
        schedule.apply(optimizer, step - 1L);
        double now = step(gpt, optimizer, corpus.batch(random, batch, context), place);
        loss = Double.isNaN(loss) ? now : 0.95 * loss + 0.05 * now;
        if (!Double.isFinite(now)) {
          throw new ParameterException(
              new CommandLine(this),
              "The loss is no number any more after " + step + " steps: try a smaller --lr.");
        }
        if (step % Math.max(1, steps / 10) == 0) {
          progress(step, loss, judge(gpt, corpus, place));
        }
      }
    }
    LanguageModel model = new LanguageModel(gpt, corpus.characters());
    model.save(save);
    finish(model, judge(gpt, corpus, place), (System.nanoTime() - begin) / 1e9);
  }

  private static double step(Gpt gpt, Optimizer optimizer, Corpus.Rows rows, Device place) {
    try (Scope scope = Scope.open();
        Tape tape = Tape.record()) {
      scope.adopt(rows.input());
      scope.adopt(rows.target());
      Tensor loss = loss(gpt, rows, place);
      optimizer.step(tape.gradients(loss));
      return loss.item();
    }
  }

  private static Tensor loss(Gpt gpt, Corpus.Rows rows, Device place) {
    Tensor logits = gpt.forward(rows.input().to(place)).flatten(0, 1);
    return Losses.crossEntropy(logits, rows.target().to(place));
  }

  /** The mean loss, in nats a character, of the first rows that were not learned from. */
  private double judge(Gpt gpt, Corpus corpus, Device place) {
    int rows = Math.min(JUDGED_ROWS, corpus.judgedRows(context));
    double sum = 0;
    for (int first = 0; first < rows; first += batch) {
      int some = Math.min(batch, rows - first);
      try (Scope _ = Scope.open()) {
        sum += some * loss(gpt, corpus.judged(first, some, context), place).item();
      }
    }
    return sum / rows;
  }

  private void progress(int step, double loss, double validation) {
    if (json) {
      System.out.println(
          Json.object("event", "step", "step", step, "loss", loss, "validation_loss", validation));
    } else {
      System.out.printf(
          Locale.ROOT, "step %d: loss %.3f, of unseen text %.3f%n", step, loss, validation);
    }
  }

  private void finish(LanguageModel model, double validation, double seconds) {
    StringBuilder sample = new StringBuilder();
    try (var generation = model.continuing("\n", new Sampler(0.8, 1, seed))) {
      for (int i = 0; i < SAMPLE; i++) {
        sample.append(generation.next());
      }
    }
    if (json) {
      System.out.println(
          Json.object(
              "event", "done",
              "validation_loss", validation,
              "parameters", model.gpt().parameterCount(),
              "steps", steps,
              "seconds", seconds,
              "seed", seed,
              "device", device,
              "model", save,
              "sample", sample));
      return;
    }
    System.out.printf(
        Locale.ROOT,
        "%.3f nats a character on unseen text after %.1f s; wrote %s. It writes:%n%s%n",
        validation,
        seconds,
        save,
        sample);
  }

  private void atLeastOne(String option, int value) {
    if (value < 1) {
      throw bad(option + " must be at least 1, got " + value);
    }
  }

  private ParameterException bad(String message) {
    return new ParameterException(
        spec == null ? new CommandLine(this) : spec.commandLine(), message);
  }
}
