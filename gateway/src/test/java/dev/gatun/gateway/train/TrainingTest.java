package dev.gatun.gateway.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.gateway.files.FileStore;
import dev.gatun.gateway.files.LocalStorage;
import dev.gatun.gateway.files.Upload;
import dev.gatun.gateway.jobs.JobContext;
import dev.gatun.gateway.state.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTest {
  /** A job that may die. */
  private static final class FakeJob implements JobContext {
    private final String id;
    private final Json.Obj payload;
    private final int diesAfter;
    private final List<Json.Obj> told = new ArrayList<>();
    private Optional<Json.Obj> checkpoint;

    FakeJob(String id, Json.Obj payload, Optional<Json.Obj> checkpoint, int diesAfter) {
      this.id = id;
      this.payload = payload;
      this.checkpoint = checkpoint;
      this.diesAfter = diesAfter;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public String tenant() {
      return "acme";
    }

    @Override
    public Json.Obj payload() {
      return payload;
    }

    @Override
    public Optional<Json.Obj> checkpoint() {
      return checkpoint;
    }

    @Override
    public void progress(Json.Obj data) {
      told.add(data);
    }

    @Override
    public void save(Json.Obj value) {
      checkpoint = Optional.of(value);
      if (value.integer("epoch").orElseThrow() == diesAfter) {
        throw new IllegalStateException("died");
      }
    }

    @Override
    public <T> T paying(Supplier<T> call) {
      return call.get();
    }

    @Override
    public boolean isStopping() {
      return false;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }
  }

  private static List<String> losses(Json.Obj result) {
    return result.array("history").stream()
        .map(r -> String.valueOf(((Json.Obj) r).members().get("val_loss")))
        .toList();
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).toList();
    }
  }

  @Test
  void anotherInstanceGoesOnFromTheStoredState(@TempDir Path folder) throws Exception {
    Path incoming = Files.createDirectory(folder.resolve("incoming"));
    Path stored = folder.resolve("stored");
    try (Database database =
            new Database(
                Database.Settings.read(
                    ProviderConfig.of(Map.of("GATUN_DATA_DIR", folder.toString()))));
        LocalStorage storage = new LocalStorage(stored)) {
      FileStore files = new FileStore(database, storage, 1 << 20);
      Training training =
          new Training(files, storage, new ModelStore(database, storage), incoming, Duration.ZERO);
      Random random = new Random(4);
      StringBuilder csv = new StringBuilder("a,b\n");
      for (int i = 0; i < 60; i++) {
        double a = random.nextGaussian();
        csv.append(a).append(',').append(a * a).append('\n');
      }
      Path file = Files.writeString(incoming.resolve("data"), csv.toString());
      String dataset = files.add("acme", Upload.of(file, "data.csv", "text/csv"), "dataset").id();
      Json.Obj payload =
          Json.object()
              .put("dataset", dataset)
              .put("target", "b")
              .put("task", "regression")
              .put("epochs", 6)
              .build();

      Json.Obj whole = training.run(new FakeJob("one", payload, Optional.empty(), -1));
      FakeJob dying = new FakeJob("two", payload, Optional.empty(), 4);
      assertThatThrownBy(() -> training.run(dying)).hasMessage("died");
      assertThat(names(stored)).contains("training-two", "training-best-two");
      FakeJob next = new FakeJob("two", payload, dying.checkpoint(), -1);
      Json.Obj rest = training.run(next);

      assertThat(next.told.getFirst().integer("epoch")).hasValue(5);
      assertThat(losses(rest)).isEqualTo(losses(whole)).hasSize(6);
      assertThat(rest.object("model").string("id")).contains("model-two");
      assertThat(names(stored)).containsExactlyInAnyOrder(dataset, "model-one", "model-two");
      assertThat(names(incoming)).isEmpty();
    }
  }
}
