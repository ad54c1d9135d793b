package dev.gatun.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.json.Json;
import dev.gatun.ai.provider.Demo;
import dev.gatun.gateway.auth.ApiKeys;
import dev.gatun.gateway.state.PostgresServer;
import dev.gatun.gateway.state.RedisServer;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.StreamEntryID;

/** PostgreSQL and Redis that go away and come back while clients work. */
@Timeout(180)
class OutageTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String ROWS = "/v1/ai/synthetic-data";
  private static final String HELLO =
      "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
  private static final String JOB =
      "{\"schema\":{\"type\":\"object\",\"properties\":{\"s\":{\"type\":\"string\"}},"
          + "\"required\":[\"s\"]},\"count\":2,\"async\":true}";

  @TempDir private Path folder;

  /** Clients that go on until they are told to stop. */
  private static final class Load implements AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> clients = new CopyOnWriteArrayList<>();
    private volatile boolean over;

    void client(int pauseMillis, Callable<?> request) {
      clients.add(
          threads.submit(() -> {
            while (!over) {
              request.call();
              Thread.sleep(pauseMillis);
            }
            return null;
          }));
    }

    /** Lets each end its request; what one of them found wrong is thrown. */
    void end() throws Exception {
      over = true;
      for (Future<?> c : clients) {
        c.get();
      }
    }

    @Override
    public void close() {
      over = true;
      threads.shutdownNow();
    }
  }

  /** Asks until it is accepted; meanwhile it may only hear to come back later. */
  private static HttpResponse<String> insist(
      Running running, String path, String body, String key, AtomicInteger refused)
      throws Exception {
    while (true) {
      HttpResponse<String> r = running.post(path, body, "Idempotency-Key", key);
      if (r.statusCode() < 300) {
        return r;
      }
      assertThat(r.statusCode()).as(r.body()).isIn(503, 409);
      assertThat(r.headers().firstValue("retry-after")).isPresent();
      refused.incrementAndGet();
      Thread.sleep(100);
    }
  }

  private static Json.Obj ended(Running running, String place) throws Exception {
    Json.Obj[] job = {Json.Obj.EMPTY};
    Running.await(
        place + " ends",
        () -> {
          job[0] = Running.json(running.get(place));
          return job[0].string("status").filter(s -> !s.matches("queued|running")).isPresent();
        });
    return job[0];
  }

  @Test
  void postgresGoesAwayUnderLoad() throws Exception {
    try (PostgresServer database = PostgresServer.start();
        Running running =
            new Running(
                List.of(new Demo()),
                "GATUN_DATABASE_URL",
                database.url(),
                "GATUN_JOB_LEASE_SECONDS",
                "2");
        Load load = new Load()) {
      Running.await("the database", () -> ready(running).equals("up"));
      Map<String, String> places = new ConcurrentHashMap<>();
      Map<String, String> answers = new ConcurrentHashMap<>();
      AtomicInteger number = new AtomicInteger();
      AtomicInteger refused = new AtomicInteger();
      AtomicInteger answered = new AtomicInteger();
      for (int i = 0; i < 2; i++) {
        // What needs no database hears nothing of it.
        load.client(
            5,
            () -> {
              HttpResponse<String> r = running.post(CHAT, HELLO);
              assertThat(r.statusCode()).as(r.body()).isEqualTo(200);
              return answered.incrementAndGet();
            });
        load.client(
            50,
            () -> {
              String key = "job-" + number.incrementAndGet();
              HttpResponse<String> r = insist(running, ROWS, JOB, key, refused);
              return places.put(key, r.headers().firstValue("location").orElseThrow());
            });
        load.client(
            20,
            () -> {
              String key = "chat-" + number.incrementAndGet();
              return answers.put(key, insist(running, CHAT, HELLO, key, refused).body());
            });
      }
      Running.await("the load is under way", () -> places.size() > 5 && answers.size() > 5);
      Map<String, String> before = Map.copyOf(answers);
      database.stop();
      Running.await("it is noticed", () -> ready(running).equals("degraded"));
      Running.await("somebody is refused", () -> refused.get() > 5);
      int served = answered.get();
      Running.await("all else goes on", () -> answered.get() > served + 20);
      HttpResponse<String> list = running.get("/v1/jobs");
      assertThat(list.statusCode()).isEqualTo(503);
      assertThat(list.headers().firstValue("retry-after")).isPresent();
      database.resume();
      Running.await("it is back", () -> ready(running).equals("up"));
      int accepted = places.size();
      Running.await("jobs are accepted again", () -> places.size() > accepted + 5);
      load.end();

      for (String place : places.values()) {
        Json.Obj job = ended(running, place);
        assertThat(job.string("status")).as(job.toString()).contains("succeeded");
        assertThat(job.object("result").array("rows")).hasSize(2);
        assertThat(running.get(place + "/events").body().split("event: succeeded", -1)).hasSize(2);
      }
      // Who insisted on one job has one, however often its request or its answer was lost.
      assertThat(new HashSet<>(places.values())).hasSameSizeAs(places.keySet());
      assertThat(Running.json(running.get("/v1/jobs?limit=999")).array("data"))
          .hasSameSizeAs(places.keySet());
      for (Map.Entry<String, String> e : before.entrySet()) {
        HttpResponse<String> again = running.post(CHAT, HELLO, "Idempotency-Key", e.getKey());
        assertThat(again.headers().firstValue("idempotency-replayed")).contains("true");
        assertThat(again.body()).isEqualTo(e.getValue());
      }
    }
  }

  private static String ready(Running running) throws Exception {
    HttpResponse<String> r = running.get("/health/ready");
    assertThat(r.statusCode()).as(r.body()).isEqualTo(200);
    return Running.json(r).string("status").orElseThrow();
  }

  @Test
  void redisHangsAndDiesUnderLoad() throws Exception {
    String key = ApiKeys.generate();
    Path keys =
        Files.writeString(
            folder.resolve("keys.json"),
            "{\"tenants\":{\"acme\":{\"rpm\":1000000,\"keys\":[{\"sha256\":\""
                + ApiKeys.hash(key)
                + "\"}]}}}");
    try (RedisServer redis = RedisServer.start();
        Running running =
            new Running(
                List.of(new Demo()),
                "GATUN_KEYS_FILE",
                keys.toString(),
                "GATUN_REDIS_URL",
                redis.url(),
                "GATUN_EVENTS_URL",
                redis.url());
        Load load = new Load()) {
      Set<String> ids = ConcurrentHashMap.newKeySet();
      AtomicInteger answered = new AtomicInteger();
      for (int i = 0; i < 8; i++) {
        load.client(
            2,
            () -> {
              HttpResponse<String> r = running.post(CHAT, HELLO, "x-api-key", key);
              assertThat(r.statusCode()).as(r.body()).isEqualTo(200);
              assertThat(r.headers().firstValue("x-ratelimit-remaining-requests")).isPresent();
              return answered.incrementAndGet();
            });
      }
      load.client(
          100,
          () -> {
            HttpResponse<String> r = running.post(ROWS, JOB, "x-api-key", key);
            assertThat(r.statusCode()).as(r.body()).isEqualTo(202);
            return ids.add(Running.json(r).string("id").orElseThrow());
          });
      Running.await("the load is under way", () -> answered.get() > 50 && ids.size() > 2);
      long counted = counted(redis);
      assertThat(counted).isPositive();

      redis.hang();
      int served = answered.get();
      Thread.sleep(4_000);
      // One that waited for Redis each time would be eight in a second, at most.
      assertThat(answered.get() - served).as("answers while Redis hangs").isGreaterThan(100);
      redis.goOn();
      Running.await("limits are shared again", () -> counted(redis) > counted + 20);
      Set<String> first = Set.copyOf(ids);
      Running.await("jobs of before are told", () -> told(redis).containsAll(first));

      redis.stop();
      int left = answered.get();
      int submitted = ids.size();
      Running.await("jobs are accepted all the same", () -> ids.size() > submitted + 1);
      // What is accepted from now on was asked for after the end, and is told in the new stream.
      Set<String> before = Set.copyOf(ids);
      Running.await(
          "all goes on", () -> answered.get() > left + 100 && ids.size() > before.size() + 3);
      redis.resume();
      Running.await("limits are shared once more", () -> counted(redis) > 20);
      load.end();
      Set<String> second = new HashSet<>(ids);
      second.removeAll(before);
      Running.await("jobs of the outage are told", () -> told(redis).containsAll(second));
    }
  }

  /** The requests of the minute that Redis knows of. */
  private static long counted(RedisServer redis) {
    try (RedisClient client = redis.client()) {
      return client.keys("{gatun:limit}:*").stream()
          .flatMap(k -> client.hgetAll(k).values().stream())
          .mapToLong(Long::parseLong)
          .sum();
    }
  }

  private static Set<String> told(RedisServer redis) {
    try (RedisClient client = redis.client()) {
      Set<String> told = new HashSet<>();
      client
          .xrange("gatun:events", (StreamEntryID) null, null)
          .forEach(e ->
              told.add(((Json.Obj) Json.parse(e.getFields().get("data"))).string("id").orElse("")));
      return told;
    }
  }
}
