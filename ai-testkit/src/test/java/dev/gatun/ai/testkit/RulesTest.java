package dev.gatun.ai.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which script a request gets, and what is kept of it. */
class RulesTest {
  private final ScriptedServer server = ScriptedServer.start();

  @AfterEach
  void close() {
    server.close();
  }

  private String ask(String model, String key) throws Exception {
    try (var client = new RawClient(server)) {
      String reply =
          client
              .send(
                  RawClient.post(
                      "/openai/v1/chat/completions",
                      RawClient.chat("hi", false).replace("gpt-5.4", model),
                      "Authorization: Bearer " + key,
                      "X-Trace: t-" + model))
              .readReply();
      int at = reply.indexOf("\"content\":\"") + 11;
      return reply.substring(at, reply.indexOf('"', at));
    }
  }

  @Test
  void theFirstRuleWithAScriptLeftAnswers() throws Exception {
    Rule rule =
        server
            .when(Match.dialect(Dialect.OPENAI).model("gpt-*").key("k1"))
            .then(Script.reply("a"), Script.reply("b"))
            .times(2, Script.reply("c"));
    server.when(Match.any().model("gpt-*")).always(Script.reply("d"));
    server.when(Match.any().header("x-trace", "t-o*")).always(Script.reply("e"));
    server.otherwise(Script.reply("f"));
    var got = new ArrayList<String>();
    got.add(ask("gpt-5", "k1"));
    got.add(ask("gpt-5", "k2"));
    for (int i = 0; i < 4; i++) {
      got.add(ask("gpt-5", "k1"));
    }
    got.add(ask("o3", "k1"));
    got.add(ask("x", "k1"));
    assertThat(got).containsExactly("a", "d", "b", "c", "c", "d", "e", "f");
    assertThat(rule.played()).isEqualTo(4);
    assertThat(server.requests(Match.any().key("k2"))).hasSize(1);
    assertThat(server.requests(Match.any().bodyContains("o3").streaming(false))).hasSize(1);
    assertThat(server.requests(Match.dialect(Dialect.XAI))).isEmpty();
    server.reset();
    assertThat(ask("gpt-5", "k1")).isEqualTo("hi");
  }

  @Test
  void aScriptCanBeMadeFromTheRequest() throws Exception {
    server.otherwise(Script.answer(request -> Script.reply("I am " + request.model())));
    assertThat(ask("gpt-5", "k")).isEqualTo("I am gpt-5");
  }

  @Test
  void aMixDrawsTheSameAgainAtItsRates() throws Exception {
    FaultMix mix =
        FaultMix.seed(7)
            .with(0.3, Script.reply("a"))
            .with(0.02, Script.reply("b"))
            .otherwise(Script.reply("c"));
    Map<Script, Integer> counts = new HashMap<>();
    for (int n = 0; n < 100_000; n++) {
      counts.merge(mix.draw(n), 1, Integer::sum);
    }
    // Four standard deviations of a binomial count.
    assertThat(counts.get(Script.reply("a"))).isBetween(30_000 - 580, 30_000 + 580);
    assertThat(counts.get(Script.reply("b"))).isBetween(2_000 - 178, 2_000 + 178);
    assertThat(counts.get(Script.reply("c"))).isBetween(68_000 - 590, 68_000 + 590);

    server.when(Match.any()).mixed(mix);
    var got = new ArrayList<String>();
    var expected = new ArrayList<String>();
    for (int n = 0; n < 20; n++) {
      got.add(ask("m", "k"));
      expected.add(
          mix.draw(n).equals(Script.reply("a"))
              ? "a"
              : mix.draw(n).equals(Script.reply("b")) ? "b" : "c");
    }
    assertThat(got).isEqualTo(expected);
    assertThatThrownBy(() -> mix.with(0.9, Script.echo()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("add up to at most 1");
  }

  @Test
  void theLogKeepsTheLastRequestsAndCountsAll() throws Exception {
    try (var small = ScriptedServer.builder().keep(3, 6_000).start();
        var client = new RawClient(small)) {
      for (int i = 0; i < 5; i++) {
        client.ask(false).readReply();
      }
      assertThat(small.requests().stream().map(RecordedRequest::number))
          .containsExactly(2L, 3L, 4L);
      assertThat(small.count()).isEqualTo(5);
      client.send(
          RawClient.post(
              "/xai/v1/chat/completions",
              RawClient.chat("x".repeat(2_000), false),
              "Authorization: Bearer k"));
      client.readReply();
      assertThat(small.requests()).hasSize(1);
      assertThat(small.count(Dialect.XAI)).isEqualTo(1);
      assertThat(small.requests(Dialect.XAI)).hasSize(1);
      small.clearRequests();
      assertThat(small.requests()).isEmpty();
      assertThat(small.count()).isZero();
    }
  }

  @Test
  void aRecordTellsWhatCame() throws Exception {
    try (var client = new RawClient(server)) {
      client
          .send(
              RawClient.post(
                  "/openai/v1/chat/completions?a=b",
                  RawClient.chat("déjà", true),
                  "Authorization: Bearer secret-key",
                  "X-Two: 1",
                  "x-two: 2"))
          .readReply();
    }
    RecordedRequest request = server.requests().getFirst();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.path()).isEqualTo("/openai/v1/chat/completions");
    assertThat(request.query()).isEqualTo("a=b");
    assertThat(request.headers().all("X-TWO")).containsExactly("1", "2");
    assertThat(request.body()).contains("déjà");
    assertThat(request.json()).containsEntry("model", "gpt-5.4");
    assertThat(request.operation()).isEqualTo(Operation.CHAT);
    assertThat(request.streaming()).isTrue();
    assertThat(request.key()).isEqualTo("secret-key");
    assertThat(request.status()).isEqualTo(200);
    assertThat(request.end()).isEqualTo(RecordedRequest.End.ANSWERED);
    assertThat(request.endedAfter()).isPresent();
    assertThat(request.toString()).doesNotContain("secret").contains("(stream) gpt-5.4 200");
  }

  @Test
  void whatIsNotAScriptIsRefused() {
    assertThatThrownBy(() -> Script.echo().then(new Part.Text("x")))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> Script.echo().status(99)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Script.echo().lineEnd("\t"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Position.afterBytes(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Tokens.of(-1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThat(Script.reply("a").then(new Part.Text("b")))
        .isEqualTo(Script.parts(new Part.Text("a"), new Part.Text("b")));
    assertThat(List.of(Script.reply("a"))).contains(Script.reply("a"));
  }
}
