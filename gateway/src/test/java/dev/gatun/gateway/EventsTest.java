package dev.gatun.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.events.Outbox;
import dev.gatun.gateway.state.RedisServer;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.resps.StreamEntry;

/** What is told to a real Redis server's stream. */
class EventsTest {
  private RedisServer redis;

  @BeforeEach
  void start() throws Exception {
    redis = RedisServer.start();
  }

  @AfterEach
  void stop() throws Exception {
    redis.close();
  }

  private List<StreamEntry> events(int least) throws Exception {
    List<StreamEntry> all = new ArrayList<>();
    try (RedisClient client = redis.client()) {
      Running.await(
          least + " events",
          () -> {
            all.clear();
            all.addAll(client.xrange("gatun:events", (StreamEntryID) null, null));
            return all.size() >= least;
          });
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
    try (Running running = new Running("GATUN_EVENTS_URL", redis.url())) {
      String id = job(running);
      Map<String, String> event = events(1).getFirst().getFields();
      assertThat(event.get("type")).startsWith("job.");
      assertThat(event).containsKeys("id", "tenant", "time");
      assertThat(((Json.Obj) Json.parse(event.get("data"))).string("id")).contains(id);
    }
  }

  @Test
  void alertsThatBeginAndEnd() throws Exception {
    try (Running running =
        new Running("GATUN_EVENTS_URL", redis.url(), "GATUN_ALERT_USD_PER_HOUR", "0.01")) {
      running.post(
          "/v1/chat/completions",
          "{\"model\":\"scripted/m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
      running.gateway.alerts().look();
      Map<String, String> event = events(1).getFirst().getFields();
      assertThat(event.get("type")).isEqualTo("alert.firing");
      Json.Obj data = (Json.Obj) Json.parse(event.get("data"));
      assertThat(data.string("name")).contains("spend");
      assertThat(data.string("text")).contains("The last hour cost 0.0125 USD");
      running.gateway.alerts().look();
      assertThat(events(1)).as("told once").hasSize(1);
    }
  }

  @Test
  void whatHappenedWhileTheQueueWasAwayIsToldLater() throws Exception {
    try (Logged log = new Logged(Outbox.class);
        Running running = new Running("GATUN_EVENTS_URL", redis.url())) {
      redis.stop();
      String id = job(running);
      log.await("The queue of events cannot be reached");
      redis.resume();
      assertThat(events(1).getFirst().getFields().get("data")).contains(id);
    }
  }
}
