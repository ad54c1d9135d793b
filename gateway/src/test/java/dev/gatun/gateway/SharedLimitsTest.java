package dev.gatun.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.gateway.auth.ApiKeys;
import dev.gatun.gateway.state.RedisServer;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two instances with one Redis: a tenant's limits are those of both together. */
class SharedLimitsTest {
  private static final String HELLO =
      "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
  private static final String KEY = ApiKeys.generate();

  @TempDir private Path folder;

  private Running instance(RedisServer redis, String limits) throws Exception {
    Path keys =
        Files.writeString(
            folder.resolve("keys.json"),
            "{\"tenants\":{\"acme\":{"
                + limits
                + ",\"keys\":[{\"sha256\":\""
                + ApiKeys.hash(KEY)
                + "\"}]}}}");
    return new Running("GATUN_KEYS_FILE", keys.toString(), "GATUN_REDIS_URL", redis.url());
  }

  private static HttpResponse<String> ask(Running instance) throws Exception {
    return instance.post("/v1/chat/completions", HELLO, "x-api-key", KEY);
  }

  @Test
  void requestsOfAMinute() throws Exception {
    try (RedisServer redis = RedisServer.start();
        Running a = instance(redis, "\"rpm\":20");
        Running b = instance(redis, "\"rpm\":20");
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(ask(a).headers().firstValue("x-ratelimit-remaining-requests")).contains("19");
      assertThat(ask(b).headers().firstValue("x-ratelimit-remaining-requests")).contains("18");
      List<Future<HttpResponse<String>>> all = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        Running instance = i % 2 == 0 ? a : b;
        all.add(clients.submit(() -> ask(instance)));
      }
      int answered = 0;
      for (Future<HttpResponse<String>> one : all) {
        HttpResponse<String> r = one.get();
        assertThat(r.statusCode()).isIn(200, 429);
        answered += r.statusCode() == 200 ? 1 : 0;
        if (r.statusCode() == 429) {
          assertThat(r.headers().firstValue("retry-after")).isPresent();
        }
      }
      assertThat(answered).isEqualTo(18);
      assertThat(a.provider.calls.size() + b.provider.calls.size()).isEqualTo(20);
      assertThat(ask(a).statusCode()).isEqualTo(429);
      assertThat(ask(b).statusCode()).isEqualTo(429);
    }
  }

  @Test
  void aBudgetThatOneUsesUpIsUsedUpForAll() throws Exception {
    // A call costs 1.25 cents, as the provider tells after it.
    try (RedisServer redis = RedisServer.start();
        Running a = instance(redis, "\"budget_usd\":{\"month\":0.03}");
        Running b = instance(redis, "\"budget_usd\":{\"month\":0.03}")) {
      assertThat(ask(a).statusCode()).isEqualTo(200);
      assertThat(ask(a).statusCode()).isEqualTo(200);
      assertThat(ask(b).headers().firstValue("x-gatun-budget-left-usd"))
          .hasValueSatisfying(v -> assertThat(v).startsWith("month=0.005"));
      assertThat(ask(a).statusCode()).isEqualTo(402);
      assertThat(ask(b).statusCode()).isEqualTo(402);
    }
  }
}
