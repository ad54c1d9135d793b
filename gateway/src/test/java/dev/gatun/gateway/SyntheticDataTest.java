package dev.gatun.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.Message;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.json.JsonSchema;
import dev.gatun.ai.provider.Demo;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SyntheticDataTest {
  private static final String PATH = "/v1/ai/synthetic-data";
  private static final String SCHEMA =
      """
      {"type": "object",
       "properties": {
         "id": {"type": "string", "format": "uuid"},
         "name": {"type": "string", "minLength": 3, "maxLength": 20},
         "age": {"type": "integer", "minimum": 18, "maximum": 90},
         "score": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
         "plan": {"$ref": "#/$defs/plan"},
         "city": {"enum": ["Oslo", "Rome"]},
         "joined": {"type": "string", "format": "date"},
         "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 3},
         "note": {"type": ["string", "null"]}},
       "required": ["id", "name", "age", "plan"],
       "additionalProperties": false,
       "$defs": {"plan": {"type": "string", "enum": ["free", "pro", "team"]}}}
      """;

  private Running running = new Running();

  @AfterEach
  void stop() {
    running.close();
  }

  private void overDemo(String... settings) {
    running.close();
    running = new Running(List.of(new Demo()), settings);
  }

  private static Json.Obj ok(HttpResponse<String> r) {
    assertThat(r.statusCode()).as(r.body()).isEqualTo(200);
    return Running.json(r);
  }

  private static String rows(String... rows) {
    return "{\"rows\":[" + String.join(",", rows) + "]}";
  }

  @Test
  void rowsFitTheSchemaDifferAndSayWhoMadeThem() throws Exception {
    overDemo();
    Json.Obj r = ok(running.post(PATH, "{\"schema\":" + SCHEMA + ",\"count\":60}"));
    assertThat(r.bool("complete")).contains(true);
    assertThat(r.array("rows")).hasSize(60).doesNotHaveDuplicates();
    JsonSchema schema = JsonSchema.of((Json.Obj) Json.parse(SCHEMA), true);
    r.array("rows").forEach(row -> assertThat(schema.check(row)).as(row.toString()).isEmpty());
    assertThat(r.bool("demo")).contains(true);
    assertThat(r.string("notice").orElse("")).contains("no model was asked");
    Json.Obj report = r.object("report");
    assertThat(report.integer("made")).hasValue(60);
    assertThat(report.integer("rejected")).hasValue(0);
    Json.Obj served = (Json.Obj) report.array("served").getFirst();
    assertThat(served.string("model")).contains("demo/scripted");
    assertThat(served.integer("rows")).hasValue(60);
    assertThat(served.number("cost_usd")).hasValue(0);
  }

  @Test
  void columnsAreBalancedAsAskedAndIndependently() throws Exception {
    overDemo();
    Json.Obj r =
        ok(
            running.post(
                PATH,
                "{\"schema\":"
                    + SCHEMA
                    + ",\"count\":100,\"balance\":{\"city\":{\"Oslo\":0.7,\"Rome\":0.3},"
                    + "\"plan\":{\"free\":2,\"pro\":1,\"team\":1}}}"));
    List<Json.Obj> rows = r.array("rows").stream().map(x -> (Json.Obj) x).toList();
    assertThat(count(rows, "city")).isEqualTo(Map.of("Oslo", 70L, "Rome", 30L));
    assertThat(count(rows, "plan")).isEqualTo(Map.of("free", 50L, "pro", 25L, "team", 25L));
    Set<String> combinations = new HashSet<>();
    rows.forEach(x -> combinations.add(x.string("city") + "/" + x.string("plan")));
    assertThat(combinations).hasSize(6);
  }

  private static Map<String, Long> count(List<Json.Obj> rows, String column) {
    return rows.stream()
        .collect(Collectors.groupingBy(r -> r.string(column).orElseThrow(), Collectors.counting()));
  }

  private static final String SMALL =
      "{\"schema\":{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\",\"minimum\":0},"
          + "\"s\":{\"type\":\"string\"}},\"required\":[\"n\",\"s\"]},\"count\":4}";

  @Test
  void whatDoesNotFitOrCameBeforeIsCountedAndAskedForAgain() throws Exception {
    running.provider.next(
        Message.assistant(
            rows(
                "{\"n\":1,\"s\":\"a b\"}",
                "{\"n\":1.0,\"s\":\" A  B\"}",
                "{\"n\":-1,\"s\":\"c\"}",
                "{\"n\":2,\"s\":\"d\"}")));
    running.provider.next(
        Message.assistant(
            rows("{\"n\":3,\"s\":\"e\"}", "{\"n\":4,\"s\":\"f\"}", "{\"n\":5,\"s\":\"g\"}")));
    Json.Obj r = ok(running.post(PATH, SMALL));
    assertThat(r.array("rows")).hasSize(4);
    Json.Obj report = r.object("report");
    assertThat(report.integer("asked")).hasValue(6);
    assertThat(report.integer("duplicates")).hasValue(1);
    assertThat(report.integer("rejected")).hasValue(2);
    assertThat(report.array("reasons").toString())
        .contains("at '/n': it breaks 'minimum' of the schema")
        .contains("more than were asked for");
    assertThat(report.integer("rounds")).hasValue(2);
    assertThat(report.number("cost_usd")).hasValue(0.025);
    assertThat(running.provider.calls.get(1).request().messages().getLast().text())
        .contains("Make 2 rows")
        .contains("{\"n\":2,\"s\":\"d\"}");
  }

  @Test
  void aModelThatRepeatsItselfIsGivenUpOnAndTheAnswerSaysSo() throws Exception {
    for (int i = 0; i < 20; i++) {
      running.provider.next(Message.assistant(rows("{\"n\":1,\"s\":\"same\"}")));
    }
    Json.Obj r = ok(running.post(PATH, SMALL));
    assertThat(r.bool("complete")).contains(false);
    assertThat(r.array("rows")).hasSize(1);
    assertThat(r.object("report").integer("rounds")).hasValue(4);
    assertThat(r.object("report").integer("duplicates")).hasValue(3);
  }

  @Test
  void optionalMembersMayBeMissing() throws Exception {
    running.provider.next(Message.assistant(rows("{\"a\":1,\"b\":null}", "{\"a\":2,\"b\":\"x\"}")));
    Json.Obj r =
        ok(
            running.post(
                PATH,
                "{\"schema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"},"
                    + "\"b\":{\"type\":\"string\"}},\"required\":[\"a\"]},\"count\":2}"));
    assertThat(r.array("rows").getFirst()).isEqualTo(Json.parse("{\"a\":1}"));
    // Structured outputs of every provider take such a schema.
    String sent = running.provider.calls.getFirst().request().format().toString();
    assertThat(sent).contains("anyOf").contains("additionalProperties");
  }

  @Test
  void sampleRowsGiveTheSchemaAndAreNotRepeated() throws Exception {
    running.provider.next(
        Message.assistant(
            rows(
                "{\"age\":31,\"kind\":\"cat\",\"born\":\"long ago\"}",
                "{\"age\":4,\"kind\":\"cat\",\"born\":\"2021-01-02\"}",
                "{\"age\":5,\"kind\":\"dog\",\"born\":\"2021-01-03\"}")));
    String samples =
        "[{\"age\":1,\"kind\":\"cat\",\"born\":\"2021-05-01\"},{\"age\":2,\"kind\":\"dog\",\"born\":\"2021-05-02\"},"
            + "{\"age\":4,\"kind\":\"cat\",\"born\":\"2021-01-02\"},{\"age\":3,\"kind\":\"dog\",\"born\":\"2021-05-03\"}]";
    Json.Obj r =
        ok(
            running.post(
                PATH,
                "{\"rows\":"
                    + samples
                    + ",\"count\":1,\"augment\":true,\"instructions\":\"old animals\"}"));
    assertThat(r.array("rows"))
        .containsExactly(Json.parse("{\"age\":5,\"kind\":\"dog\",\"born\":\"2021-01-03\"}"));
    assertThat(r.object("schema"))
        .isEqualTo(
            Json.parse(
                "{\"type\":\"object\",\"properties\":{\"age\":{\"type\":\"integer\"},\"kind\":{\"type\":\"string\","
                    + "\"enum\":[\"cat\",\"dog\"]},\"born\":{\"type\":\"string\",\"format\":\"date\"}},"
                    + "\"required\":[\"age\",\"kind\",\"born\"],\"additionalProperties\":false}"));
    assertThat(r.object("report").integer("duplicates")).hasValue(1);
    assertThat(r.object("report").array("reasons").toString()).contains("breaks 'format'");
    assertThat(running.provider.calls.getFirst().request().messages().getLast().text())
        .contains("variation of one of the given rows")
        .contains("old animals");
  }

  @Test
  void csvIsQuotedWhereItMustBe() throws Exception {
    running.provider.next(
        Message.assistant(
            rows(
                "{\"n\":1,\"s\":\"plain\"}",
                "{\"n\":2,\"s\":\"a,b\"}",
                "{\"n\":3,\"s\":\"say \\\"hi\\\"\"}",
                "{\"n\":4,\"s\":\"two\\nlines, ümlaut\"}")));
    HttpResponse<String> r =
        running.post(PATH, SMALL.replace("\"count\"", "\"format\":\"csv\",\"count\""));
    assertThat(r.statusCode()).isEqualTo(200);
    assertThat(r.headers().firstValue("content-type").orElse("")).startsWith("text/csv");
    assertThat(r.body())
        .isEqualTo(
            "n,s\r\n1,plain\r\n2,\"a,b\"\r\n3,\"say \"\"hi\"\"\"\r\n4,\"two\nlines, ümlaut\"\r\n");
    Json.Obj report = (Json.Obj) Json.parse(r.headers().firstValue("x-gatun-report").orElseThrow());
    assertThat(report.bool("complete")).contains(true);
    running.provider.next(
        Message.assistant(
            rows(
                "{\"n\":1,\"s\":\"a\"}",
                "{\"n\":2,\"s\":\"b\"}",
                "{\"n\":3,\"s\":\"c\"}",
                "{\"n\":4,\"s\":\"d\"}")));
    assertThat(
            running.post(PATH, SMALL.replace("\"count\"", "\"format\":\"jsonl\",\"count\"")).body())
        .isEqualTo(
            "{\"n\":1,\"s\":\"a\"}\n{\"n\":2,\"s\":\"b\"}\n{\"n\":3,\"s\":\"c\"}\n{\"n\":4,\"s\":\"d\"}\n");
  }

  @Test
  void manyRowsAreAJobThatCanBeFollowed() throws Exception {
    overDemo("GATUN_API_KEYS", "acme:" + Running.KEY + ",other:another-key-0123456789");
    String[] mine = {"authorization", "Bearer " + Running.KEY};
    HttpResponse<String> accepted =
        running.post(PATH, "{\"schema\":" + SCHEMA + ",\"count\":250,\"format\":\"csv\"}", mine);
    assertThat(accepted.statusCode()).isEqualTo(202);
    String place = accepted.headers().firstValue("location").orElseThrow();
    HttpResponse<String> events = running.get(place + "/events", mine);
    assertThat(events.headers().firstValue("content-type").orElse(""))
        .startsWith("text/event-stream");
    assertThat(events.body())
        .startsWith("id: 1\nevent: progress\ndata: {\"made\":")
        .contains("event: succeeded");
    String[] again = {mine[0], mine[1], "last-event-id", "1"};
    assertThat(running.get(place + "/events", again).body()).startsWith("id: 2\n");
    String[] after = {mine[0], mine[1], "last-event-id", "100000"};
    assertThat(running.get(place + "/events", after).statusCode()).isEqualTo(204);
    Json.Obj job = ok(running.get(place, mine));
    assertThat(job.string("status")).contains("succeeded");
    assertThat(job.bool("possibly_billed")).contains(false);
    assertThat(job.object("result").string("data").orElse("").lines()).hasSize(251);
    assertThat(job.object("progress").integer("made")).hasValue(250);
    assertThat(ok(running.get("/v1/jobs?kind=synthetic-data&limit=1", mine)).array("data"))
        .hasSize(1);
    // Another tenant sees nothing of it.
    String[] others = {"x-api-key", "another-key-0123456789"};
    for (String p : List.of(place, place + "/events")) {
      assertThat(running.get(p, others).statusCode()).isEqualTo(404);
    }
    assertThat(running.delete(place, others).statusCode()).isEqualTo(404);
    assertThat(ok(running.get("/v1/jobs", others)).array("data")).isEmpty();
    assertThat(running.delete(place, mine).statusCode()).isEqualTo(200);
    assertThat(running.get("/v1/jobs?status=odd", mine).statusCode()).isEqualTo(400);
    assertThat(running.get("/v1/jobs/none", mine).statusCode()).isEqualTo(404);
  }

  @Test
  void aJobThatRunsCanBeCancelled() throws Exception {
    running.provider.next(ScriptedProvider.SILENCE);
    HttpResponse<String> accepted =
        running.post(PATH, SMALL.replace("\"count\"", "\"async\":true,\"count\""));
    assertThat(accepted.statusCode()).isEqualTo(202);
    String place = accepted.headers().firstValue("location").orElseThrow();
    Running.await("the provider is asked", () -> !running.provider.calls.isEmpty());
    assertThat(running.delete(place).statusCode()).isEqualTo(202);
    assertThat(running.get(place + "/events").body()).contains("event: cancelled");
    assertThat(ok(running.get(place)).string("status")).contains("cancelled");
  }

  private static Stream<Arguments> wrong() {
    String schema =
        "\"schema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}}}";
    return Stream.of(
        Arguments.of("{\"count\":1}", "/schema"),
        Arguments.of("{" + schema + "}", "/count"),
        Arguments.of("{" + schema + ",\"count\":0}", "/count"),
        Arguments.of("{" + schema + ",\"count\":10001}", "/count"),
        Arguments.of("{" + schema + ",\"count\":1,\"format\":\"xml\"}", "/format"),
        Arguments.of("{" + schema + ",\"count\":1,\"augment\":true}", "/rows"),
        Arguments.of("{" + schema + ",\"count\":1,\"rows\":[{\"a\":\"x\"}]}", "/rows/0/a"),
        Arguments.of("{" + schema + ",\"count\":1,\"balance\":{\"b\":{\"1\":1}}}", "/balance/b"),
        Arguments.of("{" + schema + ",\"count\":1,\"balance\":{\"a\":{\"x\":1}}}", "/balance/a/x"),
        Arguments.of(
            "{\"schema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"nonsense\"}}},\"count\":1}",
            "/schema"),
        Arguments.of("{\"schema\":{\"type\":\"array\"},\"count\":1}", "/schema"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void aWrongMemberIsNamed(String body, String pointer) throws Exception {
    HttpResponse<String> r = running.post(PATH, body);
    assertThat(r.statusCode()).as(r.body()).isEqualTo(400);
    assertThat(((Json.Obj) Running.json(r).array("errors").getFirst()).string("pointer"))
        .contains(pointer);
    assertThat(running.provider.calls).isEmpty();
  }
}
