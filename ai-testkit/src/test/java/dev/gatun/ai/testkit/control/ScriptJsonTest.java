package dev.gatun.ai.testkit.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.testkit.Content;
import dev.gatun.ai.testkit.Details;
import dev.gatun.ai.testkit.Failure;
import dev.gatun.ai.testkit.Fault;
import dev.gatun.ai.testkit.Finish;
import dev.gatun.ai.testkit.Framing;
import dev.gatun.ai.testkit.Head;
import dev.gatun.ai.testkit.Headers;
import dev.gatun.ai.testkit.Part;
import dev.gatun.ai.testkit.Position;
import dev.gatun.ai.testkit.RetryAfter;
import dev.gatun.ai.testkit.Script;
import dev.gatun.ai.testkit.Timing;
import dev.gatun.ai.testkit.Tokens;
import dev.gatun.ai.testkit.dialect.Json;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A script in JSON is the script that the fluent methods make. */
class ScriptJsonTest {
  private static Script script(String json) throws IOException {
    return ScriptJson.script(Json.parse(json));
  }

  @Test
  void everyMemberOfAScript() throws Exception {
    assertThat(
            script(
                """
                {"parts": [{"text": "a"}, {"thinking": "b", "signature": "c"}, {"refusal": "d"},
                           {"toolCall": "f", "arguments": {"x": 1}, "id": "i"}, {"toolCall": "g"},
                           {"citation": "https://u", "title": "t", "snippet": "s"}],
                 "finish": "length", "finishWord": "w", "servedBy": "m",
                 "tokens": {"input": 1, "cacheRead": 2, "cacheWrite5m": 3, "cacheWrite1h": 4,
                            "output": 5, "reasoning": 6, "tier": "flex", "cost": "0.0000000001",
                            "requestCost": 0.005, "searches": 7},
                 "status": 201, "headers": {"A": "b"},
                 "retryAfter": [{"form": "seconds", "ms": 3000}, {"form": "go_reset", "ms": 12}],
                 "headersAfterMs": 1, "firstTokenAfterMs": 2.5, "tokenEveryMs": 3,
                 "lineEnd": "crlf", "bom": true, "padding": 2, "comments": true, "unknowns": true,
                 "terminal": false, "usage": false, "split": 4, "splitAt": 5, "splitPauseMs": 6,
                 "faults": [{"kind": "cut", "afterTokens": 1}, {"kind": "stall", "afterBytes": 2, "ms": 9},
                            {"kind": "error", "afterEvents": 3, "failure": "overloaded"}]}
                """))
        .isEqualTo(
            new Script(
                new Content.Parts(
                    List.of(
                        new Part.Text("a"),
                        new Part.Thinking("b", "c"),
                        new Part.Refusal("d"),
                        new Part.ToolCall("i", "f", "{\"x\":1}"),
                        new Part.ToolCall(null, "g", "{}"),
                        new Part.Citation("https://u", "t", "s"))),
                new Details(
                    Finish.LENGTH,
                    "w",
                    new Tokens(
                        1,
                        2,
                        3,
                        4,
                        5,
                        6,
                        "flex",
                        new BigDecimal("1E-10"),
                        new BigDecimal("0.005"),
                        7),
                    "m"),
                new Head(
                    201,
                    Headers.EMPTY.with("A", "b"),
                    List.of(RetryAfter.seconds(3), RetryAfter.goReset(Duration.ofMillis(12)))),
                new Timing(Duration.ofMillis(1), Duration.ofNanos(2_500_000), Duration.ofMillis(3)),
                new Framing(
                    "\r\n", true, 2, true, true, true, false, false, 4, 5, Duration.ofMillis(6)),
                List.of(
                    new Fault(Fault.Kind.CUT, Position.afterTokens(1), null, null),
                    new Fault(Fault.Kind.STALL, Position.afterBytes(2), null, Duration.ofMillis(9)),
                    new Fault(
                        Fault.Kind.ERROR, Position.afterEvents(3), Failure.OVERLOADED, null))));
  }

  @Test
  void everyContentOfAScript() throws Exception {
    assertThat(script("{}")).isEqualTo(Script.echo());
    assertThat(script("{\"echo\": true}")).isEqualTo(Script.echo());
    assertThat(script("{\"reply\": \"x\"}")).isEqualTo(Script.reply("x"));
    assertThat(script("{\"lorem\": 3}")).isEqualTo(Script.lorem(3));
    assertThat(script("{\"empty\": true}")).isEqualTo(Script.empty());
    assertThat(script("{\"fail\": \"rate_limit\", \"message\": \"m\"}"))
        .isEqualTo(Script.fail(Failure.RATE_LIMIT, "m"));
    assertThat(script("{\"raw\": {\"status\": 202, \"contentType\": \"a/b\", \"body\": \"c\"}}"))
        .isEqualTo(Script.raw(202, "a/b", "c"));
    assertThat(script("{\"html\": 503}")).isEqualTo(Script.html(503));
    assertThat(script("{\"json\": {\"a\": [1]}}"))
        .isEqualTo(Script.json(Map.of("a", List.of(1.0))));
    assertThat(script("{\"hang\": true}")).isEqualTo(Script.hang());
    assertThat(script("{\"drop\": true}")).isEqualTo(Script.drop());
    assertThat(script("{\"reset\": true}")).isEqualTo(Script.reset());
    assertThat(
            ((Content.Vectors) script("{\"vectors\": [[0.5, 1]]}").content()).vectors().getFirst())
        .containsExactly(0.5f, 1f);
  }
}
