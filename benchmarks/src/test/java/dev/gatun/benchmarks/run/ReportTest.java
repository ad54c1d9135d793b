package dev.gatun.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.squareup.moshi.JsonAdapter;
import com.squareup.moshi.Moshi;
import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Cases;
import dev.gatun.benchmarks.compare.Unit;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ReportTest {
  private static final Case GEMM = new Case("gemm", "256x256x256", 2, Unit.GFLOPS);

  @Test
  void medianIsTheMiddleValueOrTheMeanOfTheMiddleTwo() {
    assertThat(new Sample(List.of(3.0, 9.0, 1.0)).median()).isEqualTo(3);
    assertThat(new Sample(List.of(4.0, 1.0, 2.0, 9.0)).median()).isEqualTo(3);
  }

  @Test
  void theBestOfARateIsTheGreatestAndOfATimeTheLeast() {
    Sample s = new Sample(List.of(3.0, 9.0, 1.0));
    assertThat(s.best(Unit.GFLOPS)).isEqualTo(9);
    assertThat(s.best(Unit.NANOS)).isEqualTo(1);
  }

  @Test
  void aRatioAboveOneIsBetterForTimesToo() {
    Sample two = new Sample(List.of(2.0));
    Sample four = new Sample(List.of(4.0));
    assertThat(four.ratio(two, Unit.GBYTES)).isEqualTo(2);
    assertThat(two.ratio(four, Unit.NANOS)).isEqualTo(2);
  }

  @Test
  void valuesFollowFromWorkAndTime() {
    assertThat(Unit.GFLOPS.value(2e9, 0.5)).isCloseTo(4, within(1e-12));
    assertThat(Unit.SAMPLES.value(64, 0.5)).isEqualTo(128);
    assertThat(Unit.NANOS.value(1, 2e-6)).isCloseTo(2000, within(1e-9));
    assertThat(Unit.MILLIS.value(1, 0.25)).isEqualTo(250);
  }

  @Test
  void everyCaseIsOneJsonObject() throws IOException {
    JsonAdapter<Object> json = new Moshi.Builder().build().adapter(Object.class);
    Sample sample = new Sample(List.of(83.1, 84.0, 0.000012345));
    for (Case c : Cases.ALL) {
      assertThat(json.fromJson(Report.json("gatun", c, 2, sample)))
          .isEqualTo(
              Map.of(
                  "peer",
                  "gatun",
                  "bench",
                  c.bench(),
                  "params",
                  Map.of("case", c.name(), "threads", 2.0),
                  "value",
                  83.1,
                  "unit",
                  c.unit().label(),
                  "best",
                  c.unit().higherIsBetter() ? 84.0 : 0.00001234));
    }
  }

  @Test
  void theTableComparesWithTheBestPeerOfEachCase() {
    Map<String, Sample> samples = new LinkedHashMap<>();
    samples.put("gatun", new Sample(List.of(90.0, 100.0, 110.0)));
    samples.put("slow", new Sample(List.of(50.0)));
    samples.put("fast", new Sample(List.of(125.0)));
    StringWriter text = new StringWriter();
    Report.table(
        new PrintWriter(text),
        "gemm",
        1,
        List.of("gatun", "slow", "fast"),
        List.of(new Comparison.Row(GEMM, samples)));
    assertThat(text.toString()).contains("gemm, 1 thread", "100 (90–110)", "| 0.80  |");
  }
}
