package dev.gatun.ai.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.testkit.dialect.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scripts in JSON, from a file and over HTTP. */
class ControlTest {
  private final ScriptedServer server = ScriptedServer.start();

  @AfterEach
  void close() {
    server.close();
  }

  private String control(String method, String path, String body) throws Exception {
    try (var client = new RawClient(server)) {
      return client
          .send(RawClient.post("/_testkit" + path, body).replaceFirst("POST", method))
          .readReply();
    }
  }

  private static Map<String, @Nullable Object> json(String reply) throws Exception {
    return Json.map(Json.parse(RawClient.body(reply)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"otherwise": {"replay": "x"}} | "replay" is unknown in a script
          {"otherwise": {"reply": "x", "lorem": 1}} | expected one content in a script
          {"otherwise": {"reply": 1}} | expected "reply" in a script to be a text, and got 1
          {"otherwise": {"fail": "tired"}} | one of [invalid_request, context_length
          {"otherwise": {"faults": [{"kind": "cut"}]}} | expected afterBytes, afterEvents or afterTokens
          {"otherwise": {"faults": [{"kind": "error", "afterTokens": 1}]}} | expected a failure for ERROR
          {"otherwise": {"parts": [{"txt": "x"}]}} | expected text, thinking, refusal
          {"otherwise": {"padding": 1.5}} | a whole number
          {"otherwise": {"lineEnd": "nl"}} | lf, crlf or cr
          {"rules": [{"always": {}, "mix": {"shares": []}}]} | expected "always" or "mix"
          {"rules": [{"match": {"modell": "x"}}]} | "modell" is unknown in "match" in a rule
          {"rules": [{"mix": {"shares": [{"rate": 2, "script": {}}]}}]} | add up to at most 1
          {"keys": {"gpt": []}} | the name of a dialect, and got gpt
          {"rule": []} | "rule" is unknown in the rules; known are [keys, rules, otherwise]
          [] | expected the rules to be an object
          {"rules": | expected rules in JSON
          """)
  void aMistakeIsNamedAndNothingIsChanged(String rules, String words) throws Exception {
    server.script(Script.reply("before"));
    assertThatThrownBy(() -> server.load(rules))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(words);
    String reply = control("PUT", "/scripts", rules);
    assertThat(reply).startsWith("HTTP/1.1 400 ");
    assertThat(json(reply).get("error").toString()).contains(words);
    try (var client = new RawClient(server)) {
      assertThat(client.ask(false).readReply()).contains("before");
    }
  }

  @Test
  void anotherProcessScriptsTheServerAndAsksWhatItSaw() throws Exception {
    String rules =
        """
        {"keys": {"openai": ["k", "k2"]},
         "rules": [{"match": {"dialect": "openai", "model": "gpt-*", "key": "k", "streaming": false,
                              "bodyContains": "hi", "headers": {"Host": "*"}, "operation": "chat",
                              "path": "/openai/v1/chat/completions"},
                    "once": [{"reply": "one"}], "times": 2, "always": {"reply": "two"}},
                   {"mix": {"seed": 1, "shares": [{"rate": 1, "script": {"reply": "mixed"}}]}}],
         "otherwise": {"reply": "other"}}
        """;
    assertThat(control("PUT", "/scripts", rules)).startsWith("HTTP/1.1 200 ");
    try (var client = new RawClient(server)) {
      assertThat(client.ask(false).readReply()).contains("\"one\"");
      assertThat(client.ask(false).readReply()).contains("\"one\"");
      assertThat(client.ask(false).readReply()).contains("\"two\"");
      assertThat(client.ask(true).readReply()).contains("\"mixed\"");
    }
    Map<String, @Nullable Object> seen = json(control("GET", "/requests", ""));
    assertThat(seen).containsEntry("count", 4.0);
    assertThat(Json.map(Json.list(seen.get("requests")).getLast()))
        .containsEntry("path", "/openai/v1/chat/completions")
        .containsEntry("streaming", true)
        .containsEntry("end", "ANSWERED")
        .containsEntry("status", 200.0);
    assertThat(json(control("GET", "", "")).get("counts"))
        .isEqualTo(
            Map.of("openai", 4.0, "anthropic", 0.0, "perplexity", 0.0, "gemini", 0.0, "xai", 0.0));
    control("DELETE", "/requests", "");
    assertThat(server.count()).isZero();
    control("POST", "/scripts", "{\"rules\": [{\"once\": {\"reply\": \"more\"}}]}");
    control("DELETE", "/scripts", "");
    try (var client = new RawClient(server)) {
      assertThat(client.ask(false).readReply()).contains("\"hi\"");
    }
    assertThat(control("GET", "/nothing", "")).startsWith("HTTP/1.1 404 ");
  }

  @Test
  void theProgramStartsFromAFile(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("rules.json");
    Files.writeString(file, "{\"otherwise\": {\"reply\": \"from a file\"}}");
    try (ScriptedServer started = Main.start(0, file);
        var client = new RawClient(started)) {
      assertThat(client.ask(false).readReply()).contains("from a file");
      var out = new ByteArrayOutputStream();
      Main.describe(started, new PrintStream(out, true, StandardCharsets.UTF_8));
      assertThat(out.toString(StandardCharsets.UTF_8))
          .contains(started.baseUrl(Dialect.OPENAI))
          .contains(started.uri() + "/_testkit");
    }
    Files.writeString(file, "{\"other\": 1}");
    assertThatThrownBy(() -> Main.start(0, file)).isInstanceOf(IllegalArgumentException.class);
  }
}
