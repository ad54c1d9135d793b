package dev.gatun.gateway.state;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A real PostgreSQL server for a test, on a free port of this machine. It can be stopped. */
public final class PostgresServer implements AutoCloseable {
  private static final boolean ROOT = System.getProperty("user.name").equals("root");
  // PostgreSQL refuses to run as root.
  private static final String UNPRIVILEGED = "nobody";

  private final Path programs;
  private final Path folder;
  private final int port;

  private PostgresServer(Path programs, Path folder, int port) {
    this.programs = programs;
    this.folder = folder;
    this.port = port;
  }

  /** Starts one; the test is skipped where PostgreSQL is not installed. */
  public static PostgresServer start() throws IOException {
    Optional<Path> programs = programs();
    Assumptions.assumeTrue(programs.isPresent(), "PostgreSQL's server is not installed");
    Path folder = Files.createTempDirectory("gatun-postgres");
    if (ROOT) {
      Files.setOwner(
          folder,
          folder
              .getFileSystem()
              .getUserPrincipalLookupService()
              .lookupPrincipalByName(UNPRIVILEGED));
    }
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    PostgresServer server = new PostgresServer(programs.orElseThrow(), folder, port);
    server.run(
        "initdb", "-D", server.data(), "-U", "gatun", "-A", "trust", "-E", "UTF8", "--no-sync");
    server.resume();
    return server;
  }

  private static Optional<Path> programs() throws IOException {
    List<Path> folders = new ArrayList<>();
    for (String f : System.getenv("PATH").split(":", -1)) {
      folders.add(Path.of(f));
    }
    Path debian = Path.of("/usr/lib/postgresql");
    if (Files.isDirectory(debian)) {
      try (Stream<Path> versions = Files.list(debian)) {
        versions.sorted(Comparator.reverseOrder()).map(v -> v.resolve("bin")).forEach(folders::add);
      }
    }
    return folders.stream()
        .filter(f -> Files.isExecutable(f.resolve("initdb")))
        .filter(f -> Files.isExecutable(f.resolve("pg_ctl")))
        .findFirst();
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  private void run(String program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if (ROOT) {
      command.addAll(List.of("runuser", "-u", UNPRIVILEGED, "--"));
    }
    command.add(programs.resolve(program).toString());
    command.addAll(List.of(arguments));
    Path log = folder.resolve(program + ".log");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean ended;
    try {
      ended = process.waitFor(30, TimeUnit.SECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      ended = false;
    }
    if (!ended || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IllegalStateException(command + " failed: " + Files.readString(log));
    }
  }

  /** Stops it, as a machine that fails would: at once. */
  public void stop() throws IOException {
    run("pg_ctl", "-D", data(), "-m", "immediate", "-w", "stop");
  }

  /** Starts it again, with what was committed. */
  public void resume() throws IOException {
    run(
        "pg_ctl",
        "-D",
        data(),
        "-w",
        "-l",
        folder.resolve("server.log").toString(),
        "-o",
        "-p " + port + " -c listen_addresses=127.0.0.1 -c fsync=off -k " + folder,
        "start");
  }

  /** Its JDBC URL. */
  public String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=gatun";
  }

  @Override
  public void close() throws IOException {
    try {
      stop();
    } catch (IllegalStateException _) {
      // The test stopped it.
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
    }
  }
}
