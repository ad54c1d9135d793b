package dev.gatun.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.OutputStreamAppender;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ProviderConfig;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

/** What stands in the log, and what does not. */
class LogsTest {
  private static final ProviderConfig SETTINGS =
      ProviderConfig.of(
          Map.of(
              "OPENAI_API_KEY", "first-upstream-key,second-upstream-key",
              "GATUN_API_KEYS", "acme:the-client-key-0123:chat",
              "GATUN_DATABASE_PASSWORD", "pass\"word\\1",
              "GATUN_REDIS_URL", "redis://user:hunter2hunter2@cache:6379",
              "OTEL_EXPORTER_OTLP_HEADERS", "x-team=telemetry-key-1",
              "GATUN_TLS_KEY", "/etc/gatun/tls.key"));

  private final LoggerContext context = new LoggerContext();
  private final LogbackMDCAdapter mdc = new LogbackMDCAdapter();
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  private Logger logger(boolean json) {
    context.setMDCAdapter(mdc);
    PatternLayoutEncoder pattern = new PatternLayoutEncoder();
    pattern.setContext(context);
    pattern.setPattern("%level %msg %kvp%n");
    pattern.start();
    OutputStreamAppender<ILoggingEvent> out = new OutputStreamAppender<>();
    out.setContext(context);
    out.setEncoder(pattern);
    out.setOutputStream(written);
    out.start();
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(out);
    Logs.configure(context, json, Redaction.of(SETTINGS));
    return context.getLogger("dev.gatun.test");
  }

  private List<String> lines() {
    return written.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private Json.Obj only() {
    assertThat(lines()).hasSize(1);
    return (Json.Obj) Json.parse(lines().getFirst());
  }

  @Test
  void aLineIsOneObject() {
    Logger log = logger(true);
    mdc.put("request_id", "req-1");
    mdc.put("trace_id", "");
    mdc.put("tenant", "acme");
    log.atInfo()
        .addKeyValue("status", 200)
        .addKeyValue("ms", 12L)
        .addKeyValue("cached", true)
        .addKeyValue("took", Duration.ofSeconds(2))
        .addKeyValue("nan", Double.NaN)
        .addKeyValue("message", "not the line's own")
        .log("two\nlines and \"quotes\" {}", "é");
    Json.Obj line = only();
    assertThat(Instant.parse(line.string("time").orElseThrow()))
        .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
    assertThat(line.without("time", "thread"))
        .isEqualTo(
            Json.parse(
                """
                {"level": "INFO", "logger": "dev.gatun.test", "message": "two\\nlines and \\"quotes\\" é",
                 "request_id": "req-1", "tenant": "acme", "status": 200, "ms": 12, "cached": true,
                 "took": "PT2S", "nan": "NaN", "_message": "not the line's own"}
                """));
  }

  @Test
  void stackTracesStayInTheirLine() {
    logger(true).error("failed", new IllegalStateException("outer", new RuntimeException("inner")));
    assertThat(only().string("stack_trace").orElseThrow())
        .startsWith("java.lang.IllegalStateException: outer\n\tat ")
        .contains(
            "LogsTest.stackTracesStayInTheirLine", "Caused by: java.lang.RuntimeException: inner");
  }

  @Test
  void secretsAreTakenOut() {
    for (boolean json : new boolean[] {true, false}) {
      written.reset();
      context.reset();
      Logger log = logger(json);
      List<String> secrets =
          List.of(
              "first-upstream-key",
              "second-upstream-key",
              "the-client-key-0123",
              "pass\"word\\1",
              "hunter2hunter2",
              "telemetry-key-1",
              "sk-proj-abcdefghijklmnop",
              "sk-ant-api03-abcdefghijklmnop",
              "xai-abcdefghijklmnop1234",
              "AIzaSyA-abcdefghijklmnopqrstuvwxyz12345",
              "gatun-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-abcde",
              "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.c2lnbmF0dXJl");
      for (String secret : secrets) {
        log.atWarn()
            .addKeyValue("pair", secret)
            .setCause(new IllegalStateException("no entry with " + secret))
            .log("refused {} by Bearer {}!", secret, secret);
      }
      log.warn("BEARER abcdefgh12345678");
      log.warn("/etc/gatun/tls.key by acme");
      String all = written.toString(StandardCharsets.UTF_8);
      for (String secret : secrets) {
        String escaped = Json.write(Json.of(secret)).replaceAll("^\"|\"$", "");
        assertThat(all).doesNotContain(secret).doesNotContain(escaped);
      }
      assertThat(all)
          .doesNotContain("abcdefgh12345678")
          .contains("refused " + Redaction.REDACTED)
          .contains("/etc/gatun/tls.key by acme");
      if (json) {
        assertThat(lines()).hasSize(14).allSatisfy(l -> assertThat(Json.parse(l)).isNotNull());
      }
    }
  }

  @Test
  void whatIsNoSecretStays() {
    Logger log = logger(false);
    String harmless =
        "risk-assessment task-0123456789abcdef0123 gatun-compute-12 eyJ bearer of 3 gpt-4.1-mini";
    log.info(harmless);
    assertThat(lines()).containsExactly("INFO " + harmless + " ");
  }

  @Test
  void appendersBehindOthersFollow() {
    Logger log = logger(true);
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    var out = root.iteratorForAppenders().next();
    root.detachAppender(out);
    AsyncAppender async = new AsyncAppender();
    async.setContext(context);
    async.addAppender(out);
    async.start();
    root.addAppender(async);
    Logs.configure(context, false, Redaction.of(SETTINGS));
    log.info("with first-upstream-key");
    async.stop(); // writes what is left
    assertThat(lines()).containsExactly("INFO with " + Redaction.REDACTED + " ");
  }

  @Test
  void anotherFormatIsRefused() {
    assertThatThrownBy(() -> Logs.configure(ProviderConfig.of(Map.of("GATUN_LOG_FORMAT", "xml"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("GATUN_LOG_FORMAT must be plain or json, got 'xml'");
  }
}
