package dev.gatun.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WorkerTest {
  private final List<String> done = new ArrayList<>();

  @Test
  void preparesRunsAndFrees() throws IOException {
    List<String> answers =
        serve(
            "prepare\tgemm\t64x64x64\t0\t0\nbatch\nbatch\nprepare\tgemm\t128x128x128\t0\t0\nend\n");
    assertThat(answers).hasSize(5);
    assertThat(answers.get(0)).isEqualTo("@bench ready a library");
    assertThat(answers.get(1)).isEqualTo("@bench prepared");
    assertThat(Double.parseDouble(answers.get(2).substring(Worker.MARK.length()))).isPositive();
    assertThat(answers.get(4)).isEqualTo("@bench cannot");
    // Three calls to warm up, one for each batch.
    assertThat(done).containsExactly("run", "run", "run", "run", "run", "closed");
  }

  @Test
  void endsWithItsMaster() throws IOException {
    assertThat(serve("")).containsExactly("@bench ready a library");
  }

  private List<String> serve(String commands) throws IOException {
    var library =
        new Library() {
          @Override
          public Work prepare(Case c) {
            if (!c.equals(Cases.ALL.getFirst())) {
              return null;
            }
            Work work = () -> done.add("run");
            return work.freeing(() -> done.add("closed"));
          }

          @Override
          public String describe() {
            return "a library";
          }
        };
    var answers = new ByteArrayOutputStream();
    Worker.serve(
        library,
        new BufferedReader(new StringReader(commands)),
        new PrintStream(answers, true, StandardCharsets.UTF_8));
    return answers.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
