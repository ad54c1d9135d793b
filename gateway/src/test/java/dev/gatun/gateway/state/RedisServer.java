package dev.gatun.gateway.state;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

/** A real Redis server for a test, on a free port of this machine. It can be stopped. */
public final class RedisServer implements AutoCloseable {
  private final Path folder;
  private int port;
  private Process process;

  private RedisServer(Path folder) {
    this.folder = folder;
  }

  /** Starts one; the test is skipped where {@code redis-server} is not installed. */
  public static RedisServer start() throws IOException, InterruptedException {
    RedisServer server = new RedisServer(Files.createTempDirectory("gatun-redis"));
    for (int i = 0; i < 5; i++) {
      try (ServerSocket free = new ServerSocket(0)) {
        server.port = free.getLocalPort();
      }
      // Another process may have taken the port since.
      if (server.launch()) {
        return server;
      }
    }
    throw new IllegalStateException(
        "redis-server did not start: " + Files.readString(server.log()));
  }

  private Path log() {
    return folder.resolve("redis.log");
  }

  private boolean launch() throws InterruptedException {
    try {
      process =
          new ProcessBuilder(
                  List.of("redis-server", "--port", "" + port, "--bind", "127.0.0.1", "--save", ""))
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
              .start();
    } catch (IOException e) {
      Assumptions.abort("redis-server is not installed");
    }
    for (int i = 0; i < 1000 && process.isAlive(); i++) {
      try (RedisClient client = client()) {
        client.ping();
        return process.isAlive();
      } catch (JedisException _) {
        Thread.sleep(20);
      }
    }
    stop();
    return false;
  }

  /** Its address. */
  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** A client of it. */
  public RedisClient client() {
    return RedisClient.create("127.0.0.1", port);
  }

  /** Stops it, as a machine that fails would: at once, and what it had is lost. */
  public void stop() {
    process.destroyForcibly().onExit().join();
  }

  /** Has it say nothing and keep its connections, as a network that fails would. */
  public void hang() throws IOException {
    signal("-STOP");
  }

  /** Has it go on after {@link #hang}. */
  public void goOn() throws IOException {
    signal("-CONT");
  }

  private void signal(String signal) throws IOException {
    new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().onExit().join();
  }

  /** Starts it again, empty, on the same port. */
  public void resume() throws InterruptedException {
    if (!launch()) {
      throw new IllegalStateException("redis-server did not start again");
    }
  }

  @Override
  public void close() throws IOException {
    stop();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
    }
  }
}
