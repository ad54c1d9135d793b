package dev.gatun.benchmarks.gateway;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A server in a process of its own, and what the system says of it (Linux). */
final class ServerProcess implements AutoCloseable {
  private static final double TICKS = 100;

  private final String name;
  private final Process process;
  private final Path log;
  private final double ready;

  /**
   * Starts a server and waits until it answers.
   *
   * @param log the file for what it says
   * @param page what it answers with 200 when it is ready
   */
  ServerProcess(
      String name,
      List<String> command,
      Map<String, String> environment,
      Path log,
      int port,
      String page)
      throws IOException, InterruptedException {
    this.name = name;
    this.log = log;
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(log.toFile());
    builder.environment().remove("JAVA_OPTS"); // the load generator's
    builder.environment().putAll(environment);
    long begin = System.nanoTime();
    process = builder.start();
    URI url = URI.create("http://127.0.0.1:" + port + page);
    while (!answers(url)) {
      if (!process.isAlive() || System.nanoTime() - begin > 60_000_000_000L) {
        process.destroyForcibly();
        throw new IOException(name + " did not start: " + lastWords());
      }
      Thread.sleep(2);
    }
    ready = (System.nanoTime() - begin) / 1e6;
  }

  private static boolean answers(URI url) {
    try {
      HttpURLConnection c = (HttpURLConnection) url.toURL().openConnection();
      c.setConnectTimeout(1000);
      c.setReadTimeout(5000);
      try {
        return c.getResponseCode() == 200;
      } finally {
        c.disconnect();
      }
    } catch (IOException _) {
      return false;
    }
  }

  /** A port that nobody listens on. */
  static int freePort() throws IOException {
    try (ServerSocket s = new ServerSocket(0)) {
      return s.getLocalPort();
    }
  }

  String name() {
    return name;
  }

  /** From its start to its first answer, in milliseconds. */
  double readyMillis() {
    return ready;
  }

  /** The seconds of processor time that it and what it ran before have used. */
  double cpuSeconds() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long ticks = 0;
    for (int i = 11; i <= 14; i++) {
      ticks += Long.parseLong(fields[i]);
    }
    return ticks / TICKS;
  }

  /** The memory that it has now, in MiB. */
  double rss() throws IOException {
    return memory("VmRSS:");
  }

  /** The most memory that it had, in MiB. */
  double peakRss() throws IOException {
    return memory("VmHWM:");
  }

  private double memory(String field) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
      if (line.startsWith(field)) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
      }
    }
    return Double.NaN;
  }

  /**
   * What has become of it: whether it runs, with how many open files and threads, and its words.
   */
  String state() throws IOException {
    if (!process.isAlive()) {
      return name + " ended with status " + process.exitValue() + ": " + lastWords();
    }
    try (Stream<Path> files = Files.list(Path.of("/proc/" + process.pid() + "/fd"));
        Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
      return name
          + " runs, with "
          + files.count()
          + " open files and "
          + threads.count()
          + " threads: "
          + lastWords();
    }
  }

  private String lastWords() throws IOException {
    @Nullable String said = Files.readString(log).strip();
    return said.substring(Math.max(0, said.length() - 2000));
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(15, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
