package dev.gatun.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.gateway.auth.ApiKeys;
import dev.gatun.gateway.auth.FileWatch;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class KeysFileTest {
  private static final String HELLO =
      "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
  private static final String OLD = ApiKeys.generate();
  private static final String NEW = ApiKeys.generate();

  @TempDir private Path folder;
  private @Nullable Running running;

  @AfterEach
  void stop() {
    if (running != null) {
      running.close();
    }
  }

  private Running start(String tenants, String... settings) throws Exception {
    String[] all =
        Stream.concat(Stream.of("GATUN_KEYS_FILE", write(tenants).toString()), Stream.of(settings))
            .toArray(String[]::new);
    Running started = new Running(all);
    running = started;
    return started;
  }

  private Path write(String tenants) throws Exception {
    Path file = folder.resolve("keys.json");
    Path whole = folder.resolve("keys.tmp");
    Files.writeString(whole, "{\"tenants\":" + tenants + "}");
    return Files.move(whole, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  private static String key(String key, String more) {
    return "{\"sha256\":\"" + ApiKeys.hash(key) + "\"" + more + "}";
  }

  private static HttpResponse<String> ask(Running r, String key) throws Exception {
    return r.post("/v1/chat/completions", HELLO, "authorization", "Bearer " + key);
  }

  @Test
  void twoKeysOfATenantShareItsMinute() throws Exception {
    Running r =
        start("{\"acme\":{\"rpm\":3,\"keys\":[" + key(OLD, "") + "," + key(NEW, "") + "]}}");
    var first = ask(r, OLD);
    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(first.headers().firstValue("ratelimit-policy")).contains("\"requests\";q=3;w=60");
    assertThat(first.headers().firstValue("ratelimit")).contains("\"requests\";r=2;t=60");
    assertThat(first.headers().firstValue("x-ratelimit-remaining-requests")).contains("2");
    assertThat(ask(r, NEW).statusCode()).isEqualTo(200);
    // A request that is wrong is a request all the same.
    assertThat(
            r.post("/v1/chat/completions", "{}", "x-api-key", NEW)
                .headers()
                .firstValue("x-ratelimit-remaining-requests"))
        .contains("0");
    var refused = ask(r, NEW);
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(Long.parseLong(refused.headers().firstValue("retry-after").orElseThrow()))
        .isBetween(50L, 61L);
    assertThat(refused.headers().firstValue("ratelimit")).contains("\"requests\";r=0;t=60");
    assertThat(Running.json(refused).object("error").string("code"))
        .contains("rate_limit_exceeded");
    assertThat(r.provider.calls).hasSize(2);
    // Looking costs nothing.
    assertThat(r.get("/v1/models", "x-api-key", NEW).statusCode()).isEqualTo(200);
  }

  @Test
  void aBudgetIsKeptTo() throws Exception {
    // A call costs 1.25 cents, as the provider tells after it.
    Running r = start("{\"acme\":{\"budget_usd\":{\"day\":0.02},\"keys\":[" + key(OLD, "") + "]}}");
    var first = ask(r, OLD);
    assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
    assertThat(left(first)).isEqualByComparingTo("0.02");
    assertThat(left(ask(r, OLD))).isEqualByComparingTo("0.0075");
    var third = ask(r, OLD);
    assertThat(third.statusCode()).isEqualTo(402);
    assertThat(Running.json(third).object("error").string("message").orElse(""))
        .contains("Limit 'day' of acme");
    assertThat(r.provider.calls).hasSize(2);
  }

  private static BigDecimal left(HttpResponse<String> r) {
    return new BigDecimal(
        r.headers().firstValue("x-gatun-budget-left-usd").orElseThrow().substring("day=".length()));
  }

  @Test
  void tokensOfAMinuteAreKeptTo() throws Exception {
    Running r = start("{\"acme\":{\"tpm\":20,\"keys\":[" + key(OLD, "") + "]}}");
    String small = HELLO.replace("{\"model", "{\"max_tokens\":5,\"model");
    assertThat(r.post("/v1/chat/completions", small, "x-api-key", OLD).statusCode()).isEqualTo(200);
    var second = r.post("/v1/chat/completions", small, "x-api-key", OLD);
    assertThat(second.statusCode()).isEqualTo(429);
    assertThat(second.headers().firstValue("ratelimit").orElse("")).contains("\"tokens\";r=3");
  }

  @Test
  void onlyAllowedModelsAreAsked() throws Exception {
    Running r =
        start(
            "{\"acme\":{\"models\":[\"other/*\"],\"keys\":["
                + key(OLD, "")
                + "]},"
                + "\"free\":{\"models\":[\"scr*/m\"],\"keys\":["
                + key(NEW, "")
                + "]}}");
    var named =
        r.post("/v1/chat/completions", HELLO.replace("auto", "scripted/m"), "x-api-key", OLD);
    assertThat(named.statusCode()).isEqualTo(403);
    assertThat(ask(r, OLD).statusCode()).isEqualTo(404);
    assertThat(r.get("/v1/models", "x-api-key", OLD).body()).doesNotContain("scripted");
    assertThat(r.provider.calls).isEmpty();
    assertThat(ask(r, NEW).statusCode()).isEqualTo(200);
  }

  @Test
  void keysEndAndScopesBind() throws Exception {
    Running r =
        start(
            "{\"acme\":{\"keys\":["
                + key(OLD, ",\"expires\":\"2026-01-01T00:00:00Z\"")
                + ","
                + key(NEW, ",\"scopes\":[\"status\"],\"expires\":\"2999-01-01T00:00:00Z\"")
                + "]}}");
    assertThat(ask(r, OLD).statusCode()).isEqualTo(401);
    assertThat(ask(r, NEW).statusCode()).isEqualTo(403);
    assertThat(r.get("/v1/ai/status", "x-api-key", NEW).statusCode()).isEqualTo(200);
  }

  @Test
  void aChangedFileIsReadAndABrokenOneIsNot() throws Exception {
    Path audit = folder.resolve("audit.jsonl");
    Running r =
        start(
            "{\"acme\":{\"rpm\":1000,\"keys\":[" + key(OLD, "") + "]}}",
            "GATUN_AUDIT_FILE",
            audit.toString());
    assertThat(ask(r, OLD).headers().firstValue("x-ratelimit-remaining-requests")).contains("999");
    write("{\"acme\":{\"rpm\":500,\"keys\":[" + key(NEW, "") + "]}}");
    Running.await("the new key opens", () -> status(r, NEW) == 200);
    assertThat(status(r, OLD)).isEqualTo(401);
    // What was used stays used under the new limit.
    assertThat(
            Integer.parseInt(
                ask(r, NEW).headers().firstValue("x-ratelimit-remaining-requests").orElseThrow()))
        .isLessThan(498);
    try (Logged log = new Logged(FileWatch.class)) {
      write("{\"acme\":{\"rmp\":5}}");
      log.await("'rmp' is not known");
    }
    assertThat(status(r, NEW)).isEqualTo(200);
    assertThat(Files.readString(audit))
        .contains("\"event\":\"keys.changed\"")
        .contains("\"event\":\"auth.refused\"")
        .doesNotContain(OLD);
  }

  private static int status(Running r, String key) {
    try {
      return ask(r, key).statusCode();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static Stream<Arguments> unusable() {
    String hash = ApiKeys.hash("x");
    return Stream.of(
        Arguments.of("[]", "at /tenants: 'tenants' must be an object"),
        Arguments.of("{\"a\":{\"rmp\":1}}", "at /tenants/a/rmp: 'rmp' is not known"),
        Arguments.of("{\"a\":{\"rpm\":0}}", "at /tenants/a/rpm: 'rpm' must be a whole number"),
        Arguments.of("{\"a\":{\"budget_usd\":{\"week\":1}}}", "at /tenants/a/budget_usd/week"),
        Arguments.of(
            "{\"a\":{\"keys\":[{\"sha256\":\"my-secret\"}]}}", "must be 64 hexadecimal digits"),
        Arguments.of(
            "{\"a\":{\"keys\":[{\"sha256\":\"" + hash + "\",\"scopes\":[\"all\"]}]}}",
            "A scope is one of"),
        Arguments.of(
            "{\"a\":{\"keys\":[{\"sha256\":\"" + hash + "\",\"expires\":\"soon\"}]}}",
            "a time such as"),
        Arguments.of(
            "{\"*\":{\"keys\":[{\"sha256\":\"" + hash + "\"}]}}", "belongs to a named tenant"));
  }

  @ParameterizedTest
  @MethodSource("unusable")
  void anUnusableFileSaysWhatAndWhere(String tenants, String message) throws Exception {
    Path file = write(tenants);
    assertThatThrownBy(
            () -> GatewayConfig.read(ProviderConfig.of(Map.of("GATUN_KEYS_FILE", file.toString()))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("my-secret");
  }

  @Test
  void generatedKeysDiffer() {
    assertThat(OLD).startsWith("gatun-").hasSize(49).isNotEqualTo(NEW);
    assertThat(ApiKeys.parse("t:" + OLD).find(OLD, Instant.now())).isPresent();
    assertThat(ApiKeys.parse("t:" + OLD).find(NEW, Instant.now())).isEmpty();
  }
}
