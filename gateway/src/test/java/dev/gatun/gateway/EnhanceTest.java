package dev.gatun.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.Message;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.json.Json;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EnhanceTest {
  private static final String PATH = "/v1/ai/enhance";
  private final ScriptedProvider a = new ScriptedProvider("a");
  private final ScriptedProvider b = new ScriptedProvider("b");
  private final ScriptedProvider c = new ScriptedProvider("c");
  private final Running running = new Running(List.of(a, b, c));

  @AfterEach
  void stop() {
    running.close();
  }

  private static AiException refused() {
    return new AiException.InvalidRequest(Failure.of("too long a sentence").status(400));
  }

  private static Json.Obj ok(HttpResponse<String> r) {
    assertThat(r.statusCode()).as(r.body()).isEqualTo(200);
    return Running.json(r);
  }

  private static Json.Obj member(Json.Obj answer, int i) {
    return (Json.Obj) answer.array("providers").get(i);
  }

  @Test
  void whoFailedIsToldBesideWhoAnswered() throws Exception {
    a.next(Message.assistant("A"));
    b.next(refused());
    c.next(Message.assistant("C"));
    Json.Obj r =
        ok(
            running.post(
                PATH,
                "{\"task\":\"Say it better\",\"text\":\"hello\",\"strategy\":\"all\",\"providers\":[\"a\",\"b/m\",\"c\"]}"));
    assertThat(r.bool("partial")).contains(true);
    assertThat(r.string("answer")).contains("A");
    assertThat(member(r, 0).string("status")).contains("answered");
    assertThat(member(r, 0).number("cost_usd")).hasValue(0.0125);
    assertThat(member(r, 1).string("status")).contains("failed");
    assertThat(member(r, 1).object("error").string("detail").orElse(""))
        .contains("too long a sentence");
    assertThat(member(r, 2).string("answer")).contains("C");
    assertThat(r.number("cost_usd")).hasValue(0.025);
    assertThat(a.calls.getFirst().request().messages().getLast().text())
        .isEqualTo("Say it better\n\nThe text:\nhello");
  }

  @Test
  void majorityJudgeAndMerge() throws Exception {
    a.next(Message.assistant("42"));
    b.next(Message.assistant("41"));
    c.next(Message.assistant(" 41"));
    assertThat(
            ok(running.post(
                    PATH,
                    "{\"task\":\"?\",\"strategy\":\"majority\",\"providers\":[\"a\",\"b\",\"c\"]}"))
                .string("answer"))
        .contains("41");
    a.next(Message.assistant("one"));
    b.next(Message.assistant("two"));
    c.next(Message.assistant("2"));
    assertThat(
            ok(running.post(
                    PATH,
                    "{\"task\":\"?\",\"strategy\":\"judge\",\"judge\":\"c\",\"providers\":[\"a\",\"b\"]}"))
                .string("answer"))
        .contains("two");
    a.next(Message.assistant("one"));
    b.next(Message.assistant("two"));
    c.next(Message.assistant("one and two"));
    Json.Obj merged =
        ok(running.post(PATH, "{\"task\":\"?\",\"editor\":\"c\",\"providers\":[\"a\",\"b\"]}"));
    assertThat(merged.string("answer")).contains("one and two");
    assertThat(merged.string("answered_by")).contains("c/m");
    assertThat(merged.number("cost_usd")).hasValue(0.0375);
  }

  @Test
  void aJudgeThatFailsDoesNotTakeTheAnswersWithIt() throws Exception {
    a.next(Message.assistant("one"));
    b.next(Message.assistant("two"));
    c.next(refused());
    Json.Obj r =
        ok(
            running.post(
                PATH,
                "{\"task\":\"?\",\"strategy\":\"judge\",\"judge\":\"c\",\"providers\":[\"a\",\"b\"]}"));
    assertThat(r.bool("partial")).contains(true);
    assertThat(r.string("answer")).contains("one");
    assertThat(r.object("aggregation_error").string("detail").orElse("")).contains("too long");
    assertThat(member(r, 1).string("answer")).contains("two");
  }

  @Test
  void eachMayHaveARole() throws Exception {
    ok(
        running.post(
            PATH,
            "{\"code\":\"x = 1\",\"strategy\":\"all\",\"providers\":[\"a\",\"b\"],\"roles\":{\"b\":\"You look for security"
                + " holes.\"}}"));
    assertThat(a.calls.getFirst().request().systemText()).isEmpty();
    assertThat(b.calls.getFirst().request().systemText()).contains("security holes");
    assertThat(b.calls.getFirst().request().messages().getLast().text())
        .contains("```\nx = 1\n```");
  }

  @Test
  void whenNobodyAnswersEachReasonIsTold() throws Exception {
    a.next(refused());
    b.next(new AiException.ContentFiltered(Failure.of("not that")));
    HttpResponse<String> r =
        running.post(PATH, "{\"task\":\"?\",\"strategy\":\"all\",\"providers\":[\"a\",\"b\"]}");
    assertThat(r.statusCode()).isEqualTo(400);
    assertThat(Running.json(r).string("detail").orElse(""))
        .contains("too long a sentence")
        .contains("not that");
  }

  @Test
  void wrongMembersAreNamed() throws Exception {
    for (String[] wrong :
        new String[][] {
          {"{}", "/task"},
          {"{\"task\":\"?\",\"strategy\":\"vote\"}", "/strategy"},
          {"{\"task\":\"?\",\"providers\":[\"a\",\"zzz\"]}", "/providers/1"},
          {"{\"task\":\"?\",\"providers\":[\"a\"],\"roles\":{\"b\":\"x\"}}", "/roles/b"}
        }) {
      HttpResponse<String> r = running.post(PATH, wrong[0]);
      assertThat(r.statusCode()).as(r.body()).isEqualTo(400);
      assertThat(((Json.Obj) Running.json(r).array("errors").getFirst()).string("pointer"))
          .contains(wrong[1]);
    }
  }
}
