package dev.gatun.ai.testkit;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Runs a {@link ScriptedServer} until it is interrupted: {@code [--port N] [--script FILE]}. */
public final class Main {
  private static final String USAGE =
      """
      usage: [--port N] [--script FILE]
        --port N       the port to listen on; 0 takes a free one (default 4010)
        --script FILE  rules and scripts in JSON; without it every request is echoed
      """;

  private Main() {}

  /** The program. */
  public static void main(String[] arguments) throws InterruptedException {
    int port = 4010;
    Path script = null;
    for (int i = 0; i < arguments.length; i++) {
      String value = i + 1 < arguments.length ? arguments[i + 1] : "";
      switch (arguments[i]) {
        case "--port" -> {
          if (!value.matches("\\d{1,5}")) {
            fail("expected a port after --port, and got: " + value);
          }
          port = Integer.parseInt(value);
          i++;
        }
        case "--script" -> {
          script = Path.of(value);
          i++;
        }
        case "--help" -> {
          System.out.print(USAGE);
          return;
        }
        default -> fail("unknown argument: " + arguments[i]);
      }
    }
    try (ScriptedServer server = start(port, script)) {
      describe(server, System.out);
      new CountDownLatch(1).await();
    } catch (IOException | RuntimeException e) {
      fail(String.valueOf(e.getMessage()));
    }
  }

  private static void fail(String message) {
    System.err.println(message);
    System.err.print(USAGE);
    System.exit(2);
  }

  /**
   * Starts a server with the scripts of a file.
   *
   * @param port the port; 0 for a free one
   * @param script the file, or null for echoes
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it holds no scripts
   */
  public static ScriptedServer start(int port, @Nullable Path script) throws IOException {
    String rules = script == null ? "{}" : Files.readString(script);
    ScriptedServer server = ScriptedServer.builder().port(port).start();
    try {
      return server.load(rules);
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** Prints the base URL for each dialect's clients. */
  public static void describe(ScriptedServer server, PrintStream out) {
    out.println("listening on " + server.uri() + ", control at " + server.uri() + "/_testkit");
    for (Dialect dialect : Dialect.values()) {
      out.printf("  %-10s %s%n", dialect.id(), server.baseUrl(dialect));
    }
  }
}
