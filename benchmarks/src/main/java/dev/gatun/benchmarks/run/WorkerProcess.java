package dev.gatun.benchmarks.run;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Worker;
import dev.gatun.tensor.GatunException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A process that runs one library, told what to do line by line. */
final class WorkerProcess implements AutoCloseable {
  private final String name;
  private final Process process;
  private final Path log;
  private final PrintStream commands;
  private final BufferedReader answers;
  private final String description;

  WorkerProcess(Contender contender, int threads) throws IOException {
    name = contender.name();
    log = Files.createTempFile("gatun-bench-", ".log");
    var builder = new ProcessBuilder(contender.command().apply(threads));
    builder.redirectError(log.toFile());
    // These force old kernels on a new OpenBLAS: each library shall choose for itself.
    builder.environment().remove("OPENBLAS_CORETYPE");
    builder.environment().remove("OPENBLAS_L2_SIZE");
    for (String variable : List.of("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")) {
      builder.environment().put(variable, Integer.toString(threads));
    }
    builder.environment().putAll(contender.environment());
    process = builder.start();
    commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    answers = process.inputReader(StandardCharsets.UTF_8);
    description = answer().substring("ready ".length());
  }

  /** What the library says of itself. */
  String description() {
    return description;
  }

  /** Warms a case up; false when the library does not do it. */
  boolean prepare(Case c, double warmUpSeconds, double batchSeconds) throws IOException {
    commands.println(
        String.join(
            "\t",
            "prepare",
            c.bench(),
            c.name(),
            Double.toString(warmUpSeconds),
            Double.toString(batchSeconds)));
    return answer().equals("prepared");
  }

  /** The value of one batch. */
  double batch() throws IOException {
    commands.println("batch");
    return Double.parseDouble(answer());
  }

  private String answer() throws IOException {
    @Nullable String line = answers.readLine();
    while (line != null && !line.startsWith(Worker.MARK)) {
      line = answers.readLine();
    }
    if (line == null) {
      throw new GatunException("The benchmark process of " + name + " ended early: " + lastWords());
    }
    return line.substring(Worker.MARK.length());
  }

  private String lastWords() throws IOException {
    String said = Files.readString(log).strip();
    return said.isEmpty() ? "it said nothing" : said.substring(Math.max(0, said.length() - 2000));
  }

  @Override
  public void close() throws IOException {
    commands.println("end");
    commands.close();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Files.deleteIfExists(log);
  }
}
