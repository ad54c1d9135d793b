package dev.gatun.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The rules for Prometheus ask for metrics that there are. */
class AlertRulesTest {
  @Test
  void everyMetricIsServed() throws Exception {
    String rules = Files.readString(Path.of("deploy", "alerts.yml"));
    List<String> names =
        Pattern.compile("\\b(?:http_server|gatun)_[a-z_]+")
            .matcher(rules)
            .results()
            .map(MatchResult::group)
            .distinct()
            .toList();
    assertThat(names).hasSizeGreaterThan(3);
    try (Running running = new Running()) {
      running.post(
          "/v1/chat/completions",
          "{\"model\":\"scripted/m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
      // The request is counted when all is over, just after the answer.
      Running.await(
          "the request is counted",
          () -> running.get("/metrics").body().contains("http_response_status_code=\"200\""));
      String served = running.get("/metrics").body();
      for (String name : names) {
        assertThat(served).as(name).containsPattern("(?m)^" + name + "[ {]");
      }
    }
  }
}
