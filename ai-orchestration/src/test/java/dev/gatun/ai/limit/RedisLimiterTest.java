package dev.gatun.ai.limit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.RedisServer;
import dev.gatun.ai.Usd;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.redis.Redis;
import dev.gatun.ai.spi.Limiter;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;

class RedisLimiterTest extends LimiterContract {
  @TempDir static Path folder;
  private static RedisServer server;
  private static RedisClient client;
  private static Redis redis;

  @BeforeAll
  static void start() throws Exception {
    server = RedisServer.start(folder);
    client = server.client();
    redis = server.redis();
  }

  @AfterAll
  static void stop() {
    if (client != null) {
      client.close();
      redis.close();
      server.close();
    }
  }

  @Override
  Limiter limiter(Rule... rules) {
    return new RedisLimiter(redis, UUID.randomUUID().toString(), List.of(rules));
  }

  @Test
  void twoProcessesShareOneBudgetAndOneMinute() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      processes.add(
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElseThrow(),
                  "-cp",
                  classPath(),
                  RedisLimiterProcess.class.getName(),
                  "" + server.port())
              .redirectError(folder.resolve("process-" + i + ".log").toFile())
              .start());
    }
    // Both have begun before one goes on, or the first might leave nothing for the second.
    for (Process p : processes) {
      assertThat(p.inputReader(UTF_8).readLine()).isEqualTo("begun");
    }
    for (Process p : processes) {
      p.outputWriter(UTF_8).append("go\n").flush();
    }
    long money = 0;
    long tokens = 0;
    for (int i = 0; i < 2; i++) {
      String line = String.valueOf(processes.get(i).inputReader(UTF_8).readLine());
      assertThat(processes.get(i).waitFor())
          .as(Files.readString(folder.resolve("process-" + i + ".log")))
          .isZero();
      String[] words = line.split(" ", -1);
      money += Long.parseLong(words[0]);
      tokens += Long.parseLong(words[1]);
      assertThat(Long.parseLong(words[2])).as("granted by process " + i).isPositive();
    }
    assertThat(money).isLessThanOrEqualTo(Usd.PER_DOLLAR);
    assertThat(tokens).isLessThanOrEqualTo(10_000);
    assertThat(tokens + rest(RedisLimiterProcess.limiter(redis), "t")).isEqualTo(10_000);
  }

  /** All that this test runs with, as a class path. */
  private static String classPath() throws Exception {
    String tests =
        Path.of(RedisLimiterTest.class.getResource("RedisLimiterProcess.class").toURI())
            .resolve("../../../../..")
            .normalize()
            .toString();
    return String.join(
        File.pathSeparator,
        tests,
        System.getProperty("jdk.module.path", ""),
        System.getProperty("java.class.path", ""));
  }

  @Test
  void countersAreForgottenInTime() {
    String prefix = UUID.randomUUID().toString();
    Limiter limiter =
        new RedisLimiter(
            redis,
            prefix,
            List.of(
                Rule.forAll("r")
                    .requestsPerMinute(5)
                    .tokensPerMinute(5)
                    .budget(Usd.cents(1), Rule.Period.MONTH)));
    limiter.reserve(demand("", 1, Usd.ofPico(1)));
    var keys = client.keys("{" + prefix + ":limit}:*");
    assertThat(keys).hasSize(3);
    for (String key : keys) {
      assertThat(client.ttl(key)).isPositive();
    }
  }

  @Test
  void anUnreachableRedisRefusesOrLeavesItToTheFallback() throws Exception {
    RedisServer other = RedisServer.start(Files.createTempDirectory(folder, "other"));
    try (Redis gone = other.redis()) {
      RedisLimiter limiter =
          new RedisLimiter(gone, "x", List.of(Rule.forAll("r").requestsPerMinute(1)));
      limiter.reserve(demand("", 1, Usd.ZERO)).settle(dev.gatun.ai.Usage.NONE, priced(Usd.ZERO));
      Limiter.Reservation open =
          new RedisLimiter(gone, "y", List.of(Rule.forAll("r").requestsPerMinute(1)))
              .reserve(demand("", 1, Usd.ZERO));
      other.close();
      open.release(); // a line in the log
      assertThatThrownBy(() -> limiter.reserve(demand("", 1, Usd.ZERO)))
          .isInstanceOf(AiException.LimitExceeded.class)
          .hasMessageContaining("Redis does not answer");
      limiter.whenUnreachable(Limiter.UNLIMITED).reserve(demand("", 1, Usd.ZERO));
    }
  }
}
