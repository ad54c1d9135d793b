package dev.gatun.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.json.Json;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.resps.StreamEntry;

/** What is told to a real Redis server's stream. */
class EventsTest {
  @TempDir private Path folder;
  private Process redis;
  private int port;

  @BeforeEach
  void start() throws Exception {
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    startRedis();
  }

  private void startRedis() throws InterruptedException {
    try {
      redis =
          new ProcessBuilder(
                  List.of("redis-server", "--port", "" + port, "--bind", "127.0.0.1", "--save", ""))
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("redis.log").toFile())
              .start();
    } catch (IOException e) {
      Assumptions.abort("redis-server is not installed");
    }
    for (int i = 0; i < 200; i++) {
      try (RedisClient client = RedisClient.create("127.0.0.1", port)) {
        client.ping();
        return;
      } catch (JedisException _) {
        Thread.sleep(20);
      }
    }
    throw new IllegalStateException("redis-server did not start within 4 s");
  }

  @AfterEach
  void stop() throws Exception {
    redis.destroyForcibly().waitFor();
  }

  private List<StreamEntry> events(int least) throws InterruptedException {
    List<StreamEntry> all = List.of();
    try (RedisClient client = RedisClient.create("127.0.0.1", port)) {
      for (int i = 0; i < 500 && all.size() < least; i++) {
        all = client.xrange("gatun:events", (StreamEntryID) null, null);
        Thread.sleep(20);
      }
    }
    return all;
  }

  private static String job(Running running) throws Exception {
    HttpResponse<String> r =
        running.post(
            "/v1/ai/synthetic-data",
            "{\"schema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}},"
                + "\"required\":[\"a\"]},\"count\":1,\"async\":true}");
    assertThat(r.statusCode()).as(r.body()).isEqualTo(202);
    return Running.json(r).string("id").orElseThrow();
  }

  @Test
  void aJobThatEnded() throws Exception {
    try (Running running = new Running("GATUN_EVENTS_URL", "redis://127.0.0.1:" + port)) {
      String id = job(running);
      Map<String, String> event = events(1).getFirst().getFields();
      assertThat(event.get("type")).startsWith("job.");
      assertThat(event).containsKeys("id", "tenant", "time");
      assertThat(((Json.Obj) Json.parse(event.get("data"))).string("id")).contains(id);
    }
  }

  @Test
  void whatHappenedWhileTheQueueWasAwayIsToldLater() throws Exception {
    try (Running running = new Running("GATUN_EVENTS_URL", "redis://127.0.0.1:" + port)) {
      redis.destroyForcibly().waitFor();
      String id = job(running);
      Thread.sleep(1500);
      startRedis();
      assertThat(events(1).getFirst().getFields().get("data")).contains(id);
    }
  }
}
