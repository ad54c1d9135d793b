package dev.gatun.ai;

import dev.gatun.ai.redis.Redis;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

/** A real Redis server for a test, on a free port of this machine. */
@SuppressWarnings("exports")
public final class RedisServer implements AutoCloseable {
  private final Process process;
  private final int port;

  private RedisServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts one; the test is skipped where {@code redis-server} is not installed. */
  public static RedisServer start(Path folder) throws Exception {
    for (int i = 0; i < 5; i++) {
      RedisServer server = launch(folder);
      if (server.answers()) {
        return server;
      }
      server.close();
    }
    throw new IllegalStateException("redis-server did not start: see " + folder + "/redis.log");
  }

  private static RedisServer launch(Path folder) throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Process process;
    try {
      process =
          new ProcessBuilder(
                  List.of(
                      "redis-server",
                      "--port",
                      "" + port,
                      "--bind",
                      "127.0.0.1",
                      "--save",
                      "",
                      "--appendonly",
                      "no",
                      "--dir",
                      folder.toString()))
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("redis.log").toFile())
              .start();
    } catch (IOException e) {
      Assumptions.abort("redis-server is not installed");
      throw e;
    }
    return new RedisServer(process, port);
  }

  /** Whether it answers in time; it ends at once when another process has taken its port. */
  private boolean answers() throws InterruptedException {
    for (int i = 0; i < 1000 && process.isAlive(); i++) {
      try (RedisClient client = client()) {
        client.ping();
        return process.isAlive();
      } catch (JedisException _) {
        Thread.sleep(20);
      }
    }
    return false;
  }

  /** Its port. */
  public int port() {
    return port;
  }

  /** A client of it. */
  @SuppressWarnings("exports") // tests only
  public RedisClient client() {
    return RedisClient.create("127.0.0.1", port);
  }

  /** Connections to it. */
  public Redis redis() {
    return Redis.at(URI.create("redis://127.0.0.1:" + port));
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
