package dev.gatun.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Failure;
import dev.gatun.ai.testkit.Match;
import dev.gatun.ai.testkit.Script;
import dev.gatun.ai.testkit.ScriptedServer;
import dev.gatun.nn.text.Characters;
import dev.gatun.nn.text.Gpt;
import dev.gatun.nn.text.GptConfig;
import dev.gatun.nn.text.LanguageModel;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The service in this process: settings, profiles, reload, traces. */
class ServiceTest {
  private static final String KEY = "the-client-key-0123456789";
  private static final String CHAT =
      "{\"model\": \"gpt-4.1-mini\", \"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}]}";

  @TempDir private Path folder;

  private ProviderConfig environment(String... more) {
    Map<String, String> all =
        new HashMap<>(
            Map.of(
                "GATUN_HOST", "127.0.0.1",
                "GATUN_PORT", "0",
                "GATUN_DRAIN_SECONDS", "0",
                "GATUN_DATA_DIR", folder.resolve("data").toString()));
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return ProviderConfig.of(all);
  }

  private Path file(String name, String... lines) throws IOException {
    Path file = folder.resolve(name);
    Files.write(file, List.of(lines));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  private record Answer(int status, String body, String model) {}

  private static Answer post(int port, String body, String... headers) throws IOException {
    HttpURLConnection c =
        (HttpURLConnection)
            URI.create("http://127.0.0.1:" + port + "/v1/chat/completions")
                .toURL()
                .openConnection();
    c.setDoOutput(true);
    c.setReadTimeout(30_000);
    c.setRequestProperty("Content-Type", "application/json");
    c.setRequestProperty("Authorization", "Bearer " + KEY);
    for (int i = 0; i < headers.length; i += 2) {
      c.setRequestProperty(headers[i], headers[i + 1]);
    }
    c.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
    try (InputStream in = c.getResponseCode() < 400 ? c.getInputStream() : c.getErrorStream()) {
      return new Answer(
          c.getResponseCode(),
          new String(in.readAllBytes(), StandardCharsets.UTF_8),
          String.valueOf(c.getHeaderField("X-Gatun-Model")));
    }
  }

  @Test
  void aRequestIsOneTraceFromItsCallerToEachAttempt() throws Exception {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger access = (Logger) LoggerFactory.getLogger("dev.gatun.gateway.access");
    log.start();
    access.addAppender(log);
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    try (ScriptedServer provider = ScriptedServer.start();
        OtlpReceiver receiver = new OtlpReceiver()) {
      provider.script(Script.fail(Failure.OVERLOADED), Script.reply("hello"));
      ProviderConfig settings =
          environment(
              "GATUN_API_KEYS",
              "acme:" + KEY,
              "OPENAI_API_KEY",
              "upstream-key-0123456789",
              "OPENAI_BASE_URL",
              provider.baseUrl(Dialect.OPENAI),
              "OTEL_EXPORTER_OTLP_ENDPOINT",
              receiver.url(),
              "OTEL_SERVICE_NAME",
              "a-gateway");
      try (Service service = Service.start(new Settings(settings, List.of()))) {
        Answer answer =
            post(service.port(), CHAT, "traceparent", "00-" + trace + "-00f067aa0ba902b7-01");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      } // closing sends what is left
      List<OtlpReceiver.Span> spans = receiver.spans();
      assertThat(spans).hasSize(4).allMatch(s -> s.trace().equals(trace));
      assertThat(receiver.resources()).containsEntry("service.name", "a-gateway");
      OtlpReceiver.Span server = only(spans, "POST /v1/chat/completions");
      assertThat(server.kind()).isEqualTo(OtlpReceiver.SERVER);
      assertThat(server.parent()).isEqualTo("00f067aa0ba902b7");
      assertThat(server.attributes())
          .containsEntry("http.response.status_code", "200")
          .containsEntry("gatun.tenant", "acme");
      OtlpReceiver.Span call = only(spans, "gatun chat");
      assertThat(call.parent()).isEqualTo(server.id());
      assertThat(spans)
          .filteredOn(s -> s.name().equals("chat gpt-4.1-mini"))
          .hasSize(2)
          .allMatch(s -> s.kind() == OtlpReceiver.CLIENT && s.parent().equals(call.id()))
          .extracting(s -> s.attributes().getOrDefault("error.type", ""))
          .containsExactlyInAnyOrder("Overloaded", "");
      assertThat(receiver.everything())
          .doesNotContain("hello", KEY, "upstream-key-0123456789"); // no texts, no keys
      // To a provider no id of ours is shown.
      assertThat(provider.requests())
          .isNotEmpty()
          .allMatch(r -> r.headers().get("traceparent").isEmpty());
      assertThat(log.list)
          .filteredOn(e ->
              e.getKeyValuePairs().stream()
                  .anyMatch(p -> p.key.equals("trace_id") && trace.equals(p.value)))
          .hasSize(1);
    } finally {
      access.detachAppender(log);
    }
  }

  private static OtlpReceiver.Span only(List<OtlpReceiver.Span> spans, String name) {
    List<OtlpReceiver.Span> found = spans.stream().filter(s -> s.name().equals(name)).toList();
    assertThat(found).as(name).hasSize(1);
    return found.getFirst();
  }

  @Test
  void tracingIsOffWithoutAnEndpoint() {
    assertThat(Telemetry.of(ProviderConfig.of(Map.of("OTEL_SERVICE_NAME", "x")))).isEmpty();
    assertThat(
            Telemetry.of(
                ProviderConfig.of(
                    Map.of(
                        "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1",
                        "OTEL_SDK_DISABLED", "true"))))
        .isEmpty();
    assertThatThrownBy(() ->
            Telemetry.of(ProviderConfig.of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "no address"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("OpenTelemetry cannot use its settings (OTEL_…): ");
  }

  @Test
  void providersRoutingAndKeysChangeWithTheFile() throws Exception {
    try (ScriptedServer first = ScriptedServer.start();
        ScriptedServer second = ScriptedServer.start()) {
      first.when(Match.any()).always(Script.reply("first"));
      second.when(Match.any()).always(Script.reply("second"));
      String key = "GATUN_API_KEYS=acme:" + KEY;
      String openai = "OPENAI_API_KEY=upstream-key-0123456789";
      Path file =
          file("gatun.env", key, openai, "OPENAI_BASE_URL=" + first.baseUrl(Dialect.OPENAI));
      try (Service service = Service.start(Settings.of(environment(), Optional.of(file)))) {
        int port = service.port();
        assertThat(post(port, CHAT).body()).contains("first");
        assertThat(post(port, CHAT.replace("gpt-4.1-mini", "claude-haiku-4-5")).status())
            .isEqualTo(404);

        file(
            "gatun.env",
            key,
            openai,
            "OPENAI_BASE_URL=" + second.baseUrl(Dialect.OPENAI),
            "ANTHROPIC_API_KEY=upstream-key-0123456789",
            "ANTHROPIC_BASE_URL=" + second.baseUrl(Dialect.ANTHROPIC),
            "GATUN_ROUTING=weighted:anthropic/claude-haiku-4-5=1",
            "GATUN_MAX_BODY_BYTES=1000");
        service.reload();
        assertThat(post(port, CHAT).body()).contains("second");
        assertThat(post(port, CHAT.replace("gpt-4.1-mini", "auto")).model())
            .isEqualTo("anthropic/claude-haiku-4-5");
        assertThat(post(port, CHAT.replace("gpt-4.1-mini", "claude-haiku-4-5")).status())
            .isEqualTo(200);
        assertThat(post(port, CHAT.replace("Hi", "Hi".repeat(1000))).status()).isEqualTo(413);
        assertThat(service.providers()).containsExactly("anthropic", "openai");

        file("gatun.env", "GATUN_API_KEYS=acme:another-key-0123456789", openai);
        service.reload();
        assertThat(post(port, CHAT).status()).isEqualTo(401);
      }
    }
  }

  @Test
  void aMistakeInTheFileChangesNothing() throws Exception {
    try (ScriptedServer provider = ScriptedServer.start()) {
      provider.when(Match.any()).always(Script.reply("still here"));
      String[] good = {
        "GATUN_API_KEYS=acme:" + KEY,
        "OPENAI_API_KEY=upstream-key-0123456789",
        "OPENAI_BASE_URL=" + provider.baseUrl(Dialect.OPENAI)
      };
      Path file = file("gatun.env", good);
      try (Service service = Service.start(Settings.of(environment(), Optional.of(file)))) {
        Map<String, String> mistakes =
            Map.of(
                "no form", "Line 1 of " + file + " is not of the form NAME=VALUE",
                "OPENAI_API_KEY=x y", "A key must be visible ASCII",
                "GATUN_ROUTING=best", "GATUN_ROUTING must be task-affinity",
                "GATUN_MAX_CONCURRENT=many", "GATUN_MAX_CONCURRENT must be a whole number",
                "GATUN_LOG_FORMAT=xml", "GATUN_LOG_FORMAT must be plain or json",
                "GATUN_API_KEYS=", "GATUN_API_KEYS has no key any more",
                "GATUN_API_KEYS=acme:short", "API key 1 must have at least 16 characters");
        for (Map.Entry<String, String> mistake : mistakes.entrySet()) {
          String name = mistake.getKey().replaceAll("=.*", "=");
          file(
              "gatun.env",
              Stream.concat(
                      Stream.of(mistake.getKey()), Stream.of(good).filter(l -> !l.startsWith(name)))
                  .toArray(String[]::new));
          assertThatThrownBy(service::reload)
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining(mistake.getValue());
          assertThat(post(service.port(), CHAT).body()).contains("still here");
        }
      }
    }
  }

  @Test
  void aProfilesFileWinsOverTheCommonOneAndTheEnvironmentOverBoth() throws Exception {
    Path file = file("gatun.env", "A=common", "B=common", "C=common");
    file("gatun-prod.env", "B=profile", "C=profile");
    ProviderConfig environment =
        ProviderConfig.of(Map.of("GATUN_PROFILE", "prod", "C", "environment"));
    Settings settings = Settings.of(environment, Optional.of(file));
    assertThat(settings.files()).containsExactly(folder.resolve("gatun-prod.env"), file);
    assertThat(settings.read().get("A")).contains("common");
    assertThat(settings.read().get("B")).contains("profile");
    assertThat(settings.read().get("C")).contains("environment");
    assertThat(settings.read().names()).contains("A", "B", "C", "GATUN_PROFILE");

    assertThatThrownBy(() ->
            Settings.of(ProviderConfig.of(Map.of("GATUN_PROFILE", "x")), Optional.of(file)).read())
        .hasMessage("There is no configuration file " + folder.resolve("gatun-x.env"));
    assertThatThrownBy(() -> Settings.of(environment, Optional.empty()))
        .hasMessageContaining("The profile 'prod' needs --config FILE");
    assertThatThrownBy(() ->
            Settings.of(ProviderConfig.of(Map.of("GATUN_PROFILE", "../x")), Optional.of(file)))
        .hasMessageContaining("A profile's name has 1 to 40 letters");
  }

  @Test
  void aLocalModelAnswersWithoutAnyKey() throws Exception {
    Path folder = this.folder.resolve("tiny");
    Characters characters = Characters.of("abc \n");
    try (Gpt gpt = new Gpt(new GptConfig(characters.size(), 8, 8, 1, 1))) {
      new LanguageModel(gpt, characters).save(folder);
    }
    ProviderConfig settings = environment("GATUN_LOCAL_MODEL", folder.toString());
    try (Service service = Service.start(new Settings(settings, List.of()))) {
      assertThat(service.providers()).containsExactly("local");
      Answer answer = post(service.port(), CHAT.replace("gpt-4.1-mini", "auto"));
      assertThat(answer.model()).isEqualTo("local/tiny");
      assertThat(answer.body()).contains("This is Gatun's local model tiny: a small network of");
    }
  }

  @Test
  void routingsByName() {
    for (String good :
        List.of("task-affinity", "fastest", "cheapest:0.5", "weighted:openai/a=1,xai/b=0.5")) {
      assertThat(Routing.of(ProviderConfig.of(Map.of("GATUN_ROUTING", good)))).isNotNull();
    }
    for (String bad :
        List.of("cheap", "cheapest", "cheapest:2", "weighted:", "weighted:a=1", "fastest:1")) {
      assertThatThrownBy(() -> Routing.of(ProviderConfig.of(Map.of("GATUN_ROUTING", bad))))
          .hasMessageContaining("GATUN_ROUTING must be ")
          .hasMessageContaining("got '" + bad + "'");
    }
  }
}
