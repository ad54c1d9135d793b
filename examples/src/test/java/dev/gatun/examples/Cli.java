package dev.gatun.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a command said and how it ended, run in this process.
 *
 * @param status the exit status
 * @param out standard output
 * @param err standard error
 */
public record Cli(int status, String out, String err) {

  /** Runs the command line with its output caught. */
  public static Cli run(String... args) {
    return run(_ -> {}, args);
  }

  /** As {@link #run(String...)}, and shows each line of standard output while the command waits. */
  public static Cli run(Consumer<String> onLine, String... args) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    var caughtOut = new ByteArrayOutputStream();
    var caughtErr = new ByteArrayOutputStream();
    try {
      System.setOut(
          new PrintStream(caughtOut, true, StandardCharsets.UTF_8) {
            @Override
            public void println(String line) {
              onLine.accept(line);
              super.println(line);
            }
          });
      System.setErr(new PrintStream(caughtErr, true, StandardCharsets.UTF_8));
      int status = Main.run(args);
      return new Cli(
          status,
          caughtOut.toString(StandardCharsets.UTF_8),
          caughtErr.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  /** The lines of standard output. */
  public List<String> lines() {
    return out.lines().toList();
  }
}
