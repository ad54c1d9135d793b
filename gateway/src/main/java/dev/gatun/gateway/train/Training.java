package dev.gatun.gateway.train;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.auth.Principal;
import dev.gatun.gateway.chat.Fields;
import dev.gatun.gateway.compute.Workers;
import dev.gatun.gateway.files.FileSettings;
import dev.gatun.gateway.files.FileStorage;
import dev.gatun.gateway.files.FileStorage.LocalCopy;
import dev.gatun.gateway.files.FileStore;
import dev.gatun.gateway.files.Upload;
import dev.gatun.gateway.http.Exchange;
import dev.gatun.gateway.http.Problem;
import dev.gatun.gateway.jobs.JobContext;
import dev.gatun.gateway.jobs.JobHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /v1/train}: trains a network on a table, as a job. The state of a training that takes
 * longer is stored now and then: another instance goes on from there. Thread-safe.
 */
final class Training implements JobHandler {
  private static final Logger LOG = LoggerFactory.getLogger(Training.class);
  private static final Duration TELL = Duration.ofMillis(300);
  private static final int MOST_AT_ONCE = 100;

  private final FileStore files;
  private final FileStorage storage;
  private final ModelStore models;
  private final Path incoming;
  private final Duration save;

  /**
   * Trains.
   *
   * @param incoming a folder for what is being worked on
   * @param save how long a state may be on its way before it is stored
   */
  Training(FileStore files, FileStorage storage, ModelStore models, Path incoming, Duration save) {
    this.save = save;
    this.files = files;
    this.storage = storage;
    this.models = models;
    this.incoming = incoming;
  }

  @Override
  public String kind() {
    return "train";
  }

  /** A training takes all cores that it can get. */
  @Override
  public int concurrency() {
    return 1;
  }

  /**
   * Checks an order, and gives what its job is to do.
   *
   * @throws Problem 400 that names the field that is wrong, 404 when there is no such dataset
   */
  Json.Obj order(Exchange exchange, Principal principal) {
    Json.Obj body = exchange.json();
    TrainSpec spec = TrainSpec.read(Fields.of(body));
    if (spec.fromFile()) {
      try (LocalCopy copy = files.open(principal.tenant(), spec.dataset())) {
        check(Table.Source.of(copy.path()), spec);
      }
      return body;
    }
    check(Table.Source.of(spec.dataset()), spec);
    return body.with("dataset", Json.of(keep(principal.tenant(), spec)));
  }

  /** What can be told at once. The rest is for the job, which reads all rows. */
  private static void check(Table.Source source, TrainSpec spec) {
    var columns = Table.header(source, "/dataset");
    Table.index(columns, spec.target(), "/target");
    spec.ignored().forEach(name -> Table.index(columns, name, "/ignore"));
  }

  /** Another instance may do the job: a dataset in the request becomes a file. */
  private String keep(String tenant, TrainSpec spec) {
    Path file = incoming.resolve("dataset-" + UUID.randomUUID() + ".part");
    try {
      byte[] bytes = spec.dataset().getBytes(StandardCharsets.UTF_8);
      Files.write(file, bytes);
      try (Upload upload = Upload.of(file, spec.name() + ".csv", "text/csv")) {
        return files.add(tenant, upload, "dataset").id();
      }
    } catch (IOException e) {
      throw FileStore.unavailable(e);
    }
  }

  @Override
  public Json.Obj run(JobContext job) throws InterruptedException {
    TrainSpec spec = TrainSpec.read(Fields.of(job.payload()));
    Path folder = workFolder();
    try {
      Json.Obj result = train(job, spec, folder);
      forget(job.id());
      return result;
    } catch (Problem p) {
      forget(job.id());
      throw p;
    } catch (InterruptedException e) {
      // Where it was cancelled nobody goes on with it; where the gateway stops, somebody will.
      if (job.isCancelled()) {
        forget(job.id());
      }
      throw e;
    } finally {
      delete(folder);
    }
  }

  private Json.Obj train(JobContext job, TrainSpec spec, Path folder) throws InterruptedException {
    Table table;
    try (LocalCopy copy = files.open(job.tenant(), spec.dataset())) {
      table = Table.read(Table.Source.of(copy.path()), "/dataset");
    }
    try (Rows rows = Rows.of(table, spec, "/dataset")) {
      Path best = folder.resolve("best.safetensors");
      Optional<Path> state = restore(job, folder, best);
      Fit fit = new Fit(spec, rows, best);
      Fit.Result result = onItsOwnThread(fit, state, new Told(job, folder, best, spec.epochs()));
      Json.Obj document =
          Json.object()
              .put("task", spec.classification() ? "classification" : "regression")
              .put("dataset", spec.dataset())
              .put(
                  "rows",
                  Json.object()
                      .put("train", rows.train().size())
                      .put("validation", rows.validation().size())
                      .build())
              .put("parameters", result.parameters())
              .put("network", spec.network().json())
              .put("encoding", rows.encoder().json())
              .put("metrics", Fit.metrics(result, rows))
              .build();
      TrainedModel model =
          models.add(job.tenant(), "model-" + job.id(), spec.name(), document, best);
      return Json.object()
          .put("model", model.json())
          .put("history", new Json.Arr(result.epochs().rows().stream().<Json>map(r -> r).toList()))
          .build();
    }
  }

  /** Virtual threads are for waiting: what computes has a thread of the system. */
  private static Fit.Result onItsOwnThread(Fit fit, Optional<Path> state, Fit.Progress progress)
      throws InterruptedException {
    FutureTask<Fit.Result> task = new FutureTask<>(() -> fit.run(state, progress));
    Thread thread = Thread.ofPlatform().name("gatun-train").daemon().start(task);
    try {
      return Workers.result(task);
    } catch (InterruptedException e) {
      fit.stop();
      boolean ended = thread.join(Duration.ofSeconds(30));
      LOG.debug("A training was stopped; it has ended: {}", ended);
      throw e;
    }
  }

  private static String stateKey(String job) {
    return "training-" + job;
  }

  private static String bestKey(String job) {
    return "training-best-" + job;
  }

  /** What an instance that died has left of this job. */
  private Optional<Path> restore(JobContext job, Path folder, Path best) {
    if (job.checkpoint().isEmpty()) {
      return Optional.empty();
    }
    Path state = folder.resolve("state.safetensors");
    try (LocalCopy stored = storage.get(stateKey(job.id()));
        LocalCopy storedBest = storage.get(bestKey(job.id()))) {
      Files.copy(stored.path(), state, StandardCopyOption.REPLACE_EXISTING);
      Files.copy(storedBest.path(), best, StandardCopyOption.REPLACE_EXISTING);
      return Optional.of(state);
    } catch (IOException e) {
      LOG.warn("The state of a training is lost: it begins anew", e);
      return Optional.empty();
    }
  }

  private void forget(String job) {
    try {
      storage.delete(stateKey(job));
      storage.delete(bestKey(job));
    } catch (IOException e) {
      LOG.warn("The state of a training cannot be deleted", e);
    }
  }

  /** Tells clients of epochs, and stores the state, both not too often. */
  private final class Told implements Fit.Progress {
    private final JobContext job;
    private final Path folder;
    private final Path best;
    private final int total;
    private int count;
    private long told;
    private long saved = System.nanoTime();

    Told(JobContext job, Path folder, Path best, int total) {
      this.job = job;
      this.folder = folder;
      this.best = best;
      this.total = total;
    }

    @Override
    public void epoch(EpochRows epochs) {
      long now = System.nanoTime();
      // Short trainings are told epoch by epoch.
      if (count < MOST_AT_ONCE || now - told > TELL.toNanos() || epochs.size() == total) {
        count++;
        told = now;
        job.progress(epochs.last().with("epochs", Json.of(total)));
      }
    }

    @Override
    public void state(int epochs, Consumer<Path> write) {
      if (System.nanoTime() - saved < Training.this.save.toNanos() || !Files.exists(best)) {
        return;
      }
      Path state = folder.resolve("next.safetensors");
      Path copy = folder.resolve("next-best.safetensors");
      write.accept(state);
      try {
        Files.copy(best, copy, StandardCopyOption.REPLACE_EXISTING);
        storage.put(bestKey(job.id()), copy);
        storage.put(stateKey(job.id()), state);
        job.save(Json.object("epoch", Json.of(epochs)));
      } catch (IOException e) {
        LOG.warn(
            "The state of a training cannot be stored: if this process dies, it begins anew", e);
      }
      saved = System.nanoTime();
    }
  }

  private Path workFolder() {
    try {
      return Files.createTempDirectory(incoming, "train-");
    } catch (IOException e) {
      throw FileStore.unavailable(e);
    }
  }

  private static void delete(Path folder) {
    try {
      FileSettings.delete(folder);
    } catch (IOException e) {
      LOG.warn("{} cannot be deleted", folder, e);
    }
  }
}
