package dev.gatun.benchmarks.compare;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * The process that runs one library. It reads one command a line, {@code prepare CASE-NUMBER
 * WARM-UP-SECONDS BATCH-SECONDS}, {@code batch} or {@code end}, and answers each with one line that
 * begins with {@link #MARK}, so that what native code prints cannot be taken for an answer.
 */
public final class Worker {
  /** Begins every answer. */
  public static final String MARK = "@bench ";

  private Worker() {}

  /** Serves until told to end, or until whoever gave commands is gone. */
  public static void serve(Supplier<Library> start) throws IOException {
    PrintStream answers =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    Library library = start.get();
    answers.println(MARK + "ready " + library.describe());
    var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Case current = null;
    Work work = null;
    Stopwatch stopwatch = null;
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split(" ", -1);
      switch (words[0]) {
        case "prepare" -> {
          if (work != null) {
            work.close();
          }
          current = Cases.ALL.get(Integer.parseInt(words[1]));
          work = library.prepare(current);
          if (work == null) {
            answers.println(MARK + "cannot");
          } else {
            stopwatch =
                new Stopwatch(work, Double.parseDouble(words[2]), Double.parseDouble(words[3]));
            answers.println(MARK + "prepared");
          }
        }
        case "batch" -> {
          if (current == null || stopwatch == null) {
            throw new IllegalStateException("No case is prepared");
          }
          answers.println(MARK + current.unit().value(current.work(), stopwatch.batch()));
        }
        default -> {
          return;
        }
      }
    }
  }
}
