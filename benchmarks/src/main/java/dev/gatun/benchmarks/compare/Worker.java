package dev.gatun.benchmarks.compare;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * The process that runs one library. It reads one command a line, {@code prepare BENCH CASE
 * WARM-UP-SECONDS BATCH-SECONDS} with tabs between them, {@code batch} or {@code end}, and answers
 * each with one line that begins with {@link #MARK}, so that what native code prints cannot be
 * taken for an answer.
 */
public final class Worker {
  /** Begins every answer. */
  public static final String MARK = "@bench ";

  private Worker() {}

  /** Serves until told to end, or until whoever gave commands is gone. */
  public static void serve(Supplier<Library> start) throws IOException {
    var answers =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    serve(
        start.get(),
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
        answers);
  }

  static void serve(Library library, BufferedReader commands, PrintStream answers)
      throws IOException {
    answers.println(MARK + "ready " + library.describe());
    Work work = null;
    DoubleSupplier batch = () -> Double.NaN;
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split("\t", -1);
      switch (words[0]) {
        case "prepare" -> {
          if (work != null) {
            work.close();
          }
          Case c = Cases.of(words[1], words[2]);
          work = library.prepare(c);
          if (work == null) {
            answers.println(MARK + "cannot");
          } else {
            batch = batches(c, work, Double.parseDouble(words[3]), Double.parseDouble(words[4]));
            answers.println(MARK + "prepared");
          }
        }
        case "batch" -> answers.println(MARK + batch.getAsDouble());
        default -> {
          return;
        }
      }
    }
  }

  private static DoubleSupplier batches(
      Case c, Work work, double warmUpSeconds, double leastSeconds) {
    if (c.unit() == Unit.MEBIBYTES) {
      return () -> {
        work.run();
        return residentMebibytes(c.name().endsWith("peak") ? "VmHWM:" : "VmRSS:");
      };
    }
    Stopwatch stopwatch = new Stopwatch(work, warmUpSeconds, leastSeconds);
    return () -> c.unit().value(c.work(), stopwatch.batch());
  }

  /** The memory of this process as Linux counts it; NaN elsewhere. */
  private static double residentMebibytes(String field) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith(field)) {
          return Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
        }
      }
      return Double.NaN;
    } catch (IOException e) {
      return Double.NaN;
    }
  }
}
