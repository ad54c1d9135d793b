package dev.gatun.gateway.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.chat.Fields;
import dev.gatun.gateway.http.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FitTest {
  private static Rows rows(TrainSpec spec) {
    Random random = new Random(2);
    StringBuilder csv = new StringBuilder("a,b,c\n");
    for (int i = 0; i < 90; i++) {
      double a = random.nextGaussian();
      double b = random.nextGaussian();
      csv.append(a).append(',').append(b).append(',').append(a * b > 0 ? "same" : "other");
      csv.append('\n');
    }
    return Rows.of(Table.read(Table.Source.of(csv.toString()), "/dataset"), spec, "/dataset");
  }

  private static TrainSpec spec(int epochs, String more) {
    return TrainSpec.read(
        Fields.of(
            (Json.Obj)
                Json.parse(
                    "{\"dataset\":\"file-1\",\"target\":\"c\",\"task\":\"classification\","
                        + "\"epochs\":"
                        + epochs
                        + more
                        + "}")));
  }

  /** Saves the state after an epoch, or never. */
  private record Saving(int after, Path file) implements Fit.Progress {
    @Override
    public void epoch(EpochRows epochs) {}

    @Override
    public void state(int epochs, Consumer<Path> save) {
      if (epochs == after) {
        save.accept(file);
      }
    }
  }

  /** Without the speed. */
  private static List<String> history(Fit.Result result) {
    List<String> out = new ArrayList<>();
    result
        .epochs()
        .rows()
        .forEach(r -> {
          Json.ObjectBuilder b = Json.object();
          r.members()
              .forEach((name, value) -> {
                if (!name.equals("examples_per_second")) {
                  b.put(name, value);
                }
              });
          out.add(b.build().toString());
        });
    return out;
  }

  @Test
  void aTrainingGoesOnFromItsStateAsIfItHadNeverStopped(@TempDir Path folder) {
    String more = ",\"model\":{\"hidden\":[16],\"dropout\":0.3},\"batch_size\":16";
    Path best = folder.resolve("best");
    Path state = folder.resolve("state");
    TrainSpec spec = spec(8, more);
    try (Rows rows = rows(spec)) {
      List<String> whole =
          history(
              new Fit(spec, rows, folder.resolve("other"))
                  .run(Optional.empty(), new Saving(0, state)));
      assertThat(whole).hasSize(8);
      Fit half = new Fit(spec, rows, best);
      half.run(
          Optional.empty(),
          new Fit.Progress() {
            @Override
            public void epoch(EpochRows epochs) {
              if (epochs.size() == 3) {
                half.stop();
              }
            }

            @Override
            public void state(int epochs, Consumer<Path> save) {
              save.accept(state);
            }
          });
      Fit.Result rest =
          new Fit(spec, rows, best).run(Optional.of(state), new Saving(0, folder.resolve("no")));
      assertThat(history(rest)).isEqualTo(whole);
    }
  }

  @Test
  void aLossThatIsNoNumberEndsTheTraining(@TempDir Path folder) {
    TrainSpec spec =
        spec(300, ",\"learning_rate\":10,\"weight_decay\":10,\"model\":{\"activation\":\"elu\"}");
    try (Rows rows = rows(spec)) {
      assertThatThrownBy(() ->
              new Fit(spec, rows, folder.resolve("best"))
                  .run(Optional.empty(), new Saving(0, folder.resolve("state"))))
          .isInstanceOfSatisfying(
              Problem.class, p -> assertThat(p.type()).contains("training-diverged"));
    }
  }

  @Test
  void aNetworkThatIsTooLargeIsRefused(@TempDir Path folder) {
    TrainSpec spec = spec(1, ",\"model\":{\"hidden\":[4096,4096,4096,4096,4096]}");
    try (Rows rows = rows(spec)) {
      assertThatThrownBy(() ->
              new Fit(spec, rows, folder.resolve("best"))
                  .run(Optional.empty(), new Saving(0, folder.resolve("state"))))
          .hasMessageContaining("67145730 parameters, at most 50000000");
    }
  }
}
