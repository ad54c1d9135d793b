package dev.gatun.ai.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each form of the time to come back. */
class RetryAfterTest {
  private final FakeClock clock = FakeClock.at(Instant.parse("2026-11-25T07:00:00.5Z"));

  private String reply(RetryAfter retry, Dialect dialect) throws Exception {
    try (var server = ScriptedServer.builder().clock(clock).start();
        var client = new RawClient(server)) {
      server.script(Script.fail(Failure.RATE_LIMIT).retryAfter(retry));
      String request =
          dialect == Dialect.GEMINI
              ? RawClient.post(
                  "/gemini/v1beta/models/m:generateContent",
                  "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}]}",
                  "x-goog-api-key: k")
              : RawClient.post(
                  "/openai/v1/chat/completions",
                  RawClient.chat("hi", false),
                  "Authorization: Bearer k");
      return client.send(request).readReply();
    }
  }

  @Test
  void everyFormIsWrittenAsItsProviderDoes() throws Exception {
    assertThat(reply(RetryAfter.seconds(3), Dialect.OPENAI)).contains("\r\nretry-after: 3\r\n");
    assertThat(
            reply(new RetryAfter(RetryAfter.Form.SECONDS, Duration.ofMillis(1200)), Dialect.OPENAI))
        .contains("\r\nretry-after: 2\r\n");
    assertThat(reply(RetryAfter.decimal(Duration.ofMillis(1500)), Dialect.OPENAI))
        .contains("\r\nretry-after: 1.5\r\n");
    assertThat(reply(RetryAfter.date(Duration.ofSeconds(30)), Dialect.OPENAI))
        .contains("\r\nDate: Wed, 25 Nov 2026 07:00:00 GMT\r\n")
        .contains("\r\nretry-after: Wed, 25 Nov 2026 07:00:31 GMT\r\n");
    assertThat(reply(RetryAfter.millis(1234), Dialect.OPENAI))
        .contains("\r\nretry-after-ms: 1234\r\n");
    assertThat(reply(RetryAfter.goReset(Duration.ofMinutes(6)), Dialect.OPENAI))
        .contains("\r\nx-ratelimit-remaining-requests: 0\r\n")
        .contains("\r\nx-ratelimit-reset-requests: 6m0s\r\n");
    assertThat(reply(RetryAfter.rfc3339Reset(Duration.ofSeconds(9)), Dialect.OPENAI))
        .contains("\r\nanthropic-ratelimit-requests-reset: 2026-11-25T07:00:09Z\r\n");
    assertThat(reply(RetryAfter.retryInfo(Duration.ofSeconds(48)), Dialect.GEMINI))
        .contains("type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"48s\"")
        .contains("Please retry in 48s.")
        .doesNotContain("etry-after");
    assertThat(reply(RetryAfter.retryInfo(Duration.ofMillis(48_939)), Dialect.GEMINI))
        .contains("\"retryDelay\":\"48.939s\"");
  }

  /** As time.Duration's String writes them. */
  @ParameterizedTest
  @CsvSource({
    "0, 0s",
    "1, 1ns",
    "1100, 1.1µs",
    "12000000, 12ms",
    "1500000000, 1.5s",
    "60000000000, 1m0s",
    "360000000000, 6m0s",
    "3720000000000, 1h2m0s",
    "3602000000000, 1h0m2s",
    "90061001000000, 25h1m1.001s",
  })
  void durationsAreWrittenAsGoDoes(long nanos, String text) {
    assertThat(RetryAfter.goReset(Duration.ofNanos(nanos)).toGoDuration()).isEqualTo(text);
  }

  @Test
  void aNegativeDelayIsNone() {
    assertThatThrownBy(() -> RetryAfter.seconds(-1)).isInstanceOf(IllegalArgumentException.class);
  }
}
