package dev.gatun.examples.ai.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.ai.ModelRef;
import dev.gatun.ai.json.Json;
import dev.gatun.examples.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReplayTest {
  private static final Path DATA = Path.of("../../shared/data");

  /** Two models: the dear one is always right, the cheap one on questions with the word "easy". */
  private static void write(Path folder, double easy) throws IOException {
    Files.writeString(
        folder.resolve("prices.json"),
        "{\"dear\":{\"input_price\":1,\"output_price\":1},\"cheap\":{\"input_price\":0.1,\"output_price\":0.1}}");
    SplittableRandom random = new SplittableRandom(3);
    List<Json> rows = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      boolean isEasy = random.nextDouble() < easy;
      rows.add(
          Json.object()
              .put("question", (isEasy ? "easy " : "hard ") + "number " + i)
              .put("scores", Json.object().put("dear", 1).put("cheap", isEasy ? 1 : 0).build())
              .put("cluster_id", 0)
              .build());
    }
    Files.writeString(folder.resolve("train.json"), new Json.Arr(rows).toString());
    Files.writeString(folder.resolve("test.json"), new Json.Arr(rows.subList(0, 5)).toString());
  }

  @Test
  void learnsWhichQuestionsTheCheapModelAnswers(@TempDir Path folder) throws IOException {
    write(folder, 0.5);
    RoutingData data = RoutingData.read(folder);
    assertThat(data.duplicates()).isEqualTo(5);
    RoutingReplay.Result r = new RoutingReplay(data, 200).run();
    assertThat(r.single()).isEqualTo(new ModelRef("replay", "dear"));
    assertThat(r.developed() + r.tested()).isEqualTo(600);
    assertThat((double) r.tested() / 600).isCloseTo(RoutingReplay.TEST_SHARE, within(0.06));
    assertThat(r.routed().saving()).isGreaterThan(0.3);
    assertThat(r.routed().lower()).isGreaterThanOrEqualTo(-0.01);
    assertThat(r.passes()).isTrue();
    assertThat(r.others().get("cheapest at random, at equal cost").difference()).isLessThan(-0.1);
  }

  @Test
  void saysWhenTheGoalIsNotReached(@TempDir Path folder) throws IOException {
    write(folder, 0.05);
    Cli cli = Cli.run("ai", "replay", folder.toString());
    assertThat(cli.status()).isEqualTo(1);
    assertThat(cli.out()).contains("NOT REACHED", "always the cheapest", "oracle");
  }

  @Test
  void theIntervalIsThatOfPairedDifferences() {
    Outcome o =
        Outcome.of(
            new double[] {1, 0, 1, 1},
            new double[] {1, 1, 1, 1},
            new double[] {0, 0, 1, 1},
            new double[] {2, 2, 2, 2});
    assertThat(o.saving()).isEqualTo(0.5);
    assertThat(o.difference()).isEqualTo(0.25);
    // Sample standard deviation of (1, 0, 0, 0) is 0.5; over the root of 4.
    assertThat(o.error()).isCloseTo(0.25, within(1e-12));
    assertThat(o.lower()).isCloseTo(0.25 - 1.96 * 0.25, within(1e-12));
  }

  @Test
  void readsQuotedFieldsOverSeveralLines() {
    assertThat(RoutingData.csv("a,b\n\"x, \"\"y\"\"\nz\",1\n"))
        .containsExactly(List.of("a", "b"), List.of("x, \"y\"\nz", "1"));
  }

  @Test
  @Tag("slow")
  void theShippedPolicySavesWhatIsPromised() throws IOException {
    assumeTrue(Files.exists(DATA.resolve("routing")), "the recorded data is not here");
    RoutingReplay.Result r =
        new RoutingReplay(RoutingData.read(DATA.resolve("routing")), 200).run();
    assertThat(r.routed().saving()).isGreaterThanOrEqualTo(0.3);
    assertThat(r.routed().lower()).isGreaterThanOrEqualTo(-0.01);
  }
}
