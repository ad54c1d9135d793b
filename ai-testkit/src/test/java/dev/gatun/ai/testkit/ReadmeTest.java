package dev.gatun.ai.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The README's rules are rules. */
class ReadmeTest {
  @Test
  void itsRulesCanBeLoaded() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    int from = readme.indexOf("```json") + 7;
    String rules = readme.substring(from, readme.indexOf("```", from));
    try (var server = ScriptedServer.start()) {
      server.load(rules);
      try (var client = new RawClient(server)) {
        String request =
            RawClient.post(
                "/openai/v1/chat/completions",
                RawClient.chat("hi", true),
                "Authorization: Bearer k1");
        assertThat(client.send(request).readReply()).contains("\r\nretry-after: 3\r\n");
      }
    }
  }
}
