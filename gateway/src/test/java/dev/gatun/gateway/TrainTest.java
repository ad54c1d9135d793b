package dev.gatun.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.ai.json.Json;
import dev.gatun.nn.format.SafeTensors;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrainTest {
  private static final String[] ACME = {"authorization", "Bearer acme-key-0123456789abcdef"};
  private static final String[] OTHER = {"authorization", "Bearer other-key-0123456789abcde"};
  private final Running running =
      new Running(
          "GATUN_API_KEYS", "acme:acme-key-0123456789abcdef,other:other-key-0123456789abcde");

  @AfterAll
  void stop() {
    running.close();
  }

  /** Three clouds of points, with a text that tells one of them apart, and holes. */
  private static String clouds(int n) {
    Random random = new Random(7);
    StringBuilder csv = new StringBuilder("id,x,y,place,kind\n");
    for (int i = 0; i < n; i++) {
      int c = random.nextInt(3);
      double x = (c == 0 ? -2 : 2) + 0.5 * random.nextGaussian();
      double y = 0.5 * random.nextGaussian();
      csv.append(i)
          .append(',')
          .append(i % 50 == 7 ? "" : String.valueOf(x))
          .append(',')
          .append(y)
          .append(',')
          .append(c == 2 ? "\"north, far\"" : "south")
          .append(',')
          .append(List.of("red", "green", "blue").get(c))
          .append('\n');
    }
    return csv.toString();
  }

  private static Json.Obj request(String dataset, Object... members) {
    Json.ObjectBuilder b = Json.object().put("dataset", dataset);
    for (int i = 0; i < members.length; i += 2) {
      Json value =
          switch (members[i + 1]) {
            case Json j -> j;
            case Integer n -> Json.of(n);
            case Double d -> Json.of(d);
            default -> Json.of(members[i + 1].toString());
          };
      b.put(members[i].toString(), value);
    }
    return b.build();
  }

  private Json.Obj submit(Json.Obj request) throws Exception {
    HttpResponse<String> r = running.post("/v1/train", request.toString(), ACME);
    assertThat(r.statusCode()).as(r.body()).isEqualTo(202);
    return Running.json(r);
  }

  private Json.Obj ended(String job) throws Exception {
    for (long end = System.nanoTime() + 120_000_000_000L; System.nanoTime() < end; ) {
      Json.Obj now = Running.json(running.get("/v1/jobs/" + job, ACME));
      if (!List.of("queued", "running").contains(now.string("status").orElseThrow())) {
        return now;
      }
      Thread.sleep(50);
    }
    throw new AssertionError("The job has not ended in two minutes");
  }

  private Json.Obj trained(Json.Obj request) throws Exception {
    Json.Obj job = ended(submit(request).string("id").orElseThrow());
    assertThat(job.string("status")).as(job.toString()).contains("succeeded");
    return job.object("result");
  }

  private Json.Obj predicted(String model, String rows) throws Exception {
    HttpResponse<String> r =
        running.post("/v1/models/" + model + "/predict", "{\"rows\":" + rows + "}", ACME);
    assertThat(r.statusCode()).as(r.body()).isEqualTo(200);
    return Running.json(r);
  }

  private static double number(Json.Obj o, String name) {
    return o.number(name).orElseThrow();
  }

  @Test
  void aClassifierIsTrainedOnAFileAndAsked() throws Exception {
    HttpResponse<String> file =
        running.upload("/v1/files?purpose=dataset", "text/csv", clouds(600).getBytes(UTF_8), ACME);
    Json.Obj request =
        request(
            Running.json(file).string("id").orElseThrow(),
            "target",
            "kind",
            "task",
            "classification",
            "ignore",
            "id",
            "epochs",
            12,
            "learning_rate",
            0.01,
            "model",
            Json.object("hidden", Json.array(Json.of(16))));
    Json.Obj result = trained(request);
    Json.Obj model = result.object("model");
    assertThat(model.object("rows").toString()).isEqualTo("{\"train\":480,\"validation\":120}");
    // 1 + 1 + 2 numbers in, 16 hidden, 3 out
    assertThat(model.integer("parameters")).hasValue(5 * 16 + 17 * 3);
    Json.Obj metrics = model.object("metrics");
    assertThat(number(metrics, "validation_accuracy")).isGreaterThan(0.97);
    assertThat(number(metrics, "baseline_accuracy")).isBetween(0.2, 0.5);
    assertThat(result.array("history")).hasSize(12);
    assertThat(((Json.Obj) result.array("history").getFirst()).members().keySet())
        .containsExactly(
            "epoch", "loss", "accuracy", "val_loss", "val_accuracy", "examples_per_second");

    String id = model.string("id").orElseThrow();
    Json.Obj answer =
        predicted(
            id,
            "[{\"x\":-2,\"y\":0,\"place\":\"south\"},{\"x\":2,\"y\":0.1,\"place\":\"south\"},"
                + "{\"x\":\"2.1\",\"y\":null,\"place\":\"north, far\",\"id\":7,\"kind\":\"?\"}]");
    assertThat(
            answer.array("predictions").stream()
                .map(p -> ((Json.Obj) p).string("class").orElseThrow())
                .toList())
        .containsExactly("red", "green", "blue");
    Json.Obj first = ((Json.Obj) answer.array("predictions").getFirst()).object("probabilities");
    assertThat(first.members().keySet()).containsExactly("blue", "green", "red");
    assertThat(number(first, "blue") + number(first, "green") + number(first, "red"))
        .isCloseTo(1, within(1e-5));

    // It is listed for its tenant alone, and clients of OpenAI's format can delete it.
    assertThat(running.get("/v1/models", ACME).body()).contains(id).contains("auto");
    assertThat(running.get("/v1/models", OTHER).body()).doesNotContain(id);
    assertThat(running.get("/v1/models/" + id, OTHER).statusCode()).isEqualTo(404);
    assertThat(running.post("/v1/models/" + id + "/predict", "{\"rows\":[{}]}", OTHER).statusCode())
        .isEqualTo(404);
    assertThat(Running.json(running.get("/v1/models/" + id, ACME))).isEqualTo(model);
    assertThat(running.delete("/v1/models/" + id, ACME).statusCode()).isEqualTo(200);
    assertThat(running.get("/v1/models/" + id, ACME).statusCode()).isEqualTo(404);
    HttpResponse<String> gone =
        running.post("/v1/models/" + id + "/predict", "{\"rows\":[{}]}", ACME);
    assertThat(gone.statusCode()).isEqualTo(404);
  }

  @Test
  void aRegressionIsInTheTargetsOwnUnit() throws Exception {
    Random random = new Random(3);
    StringBuilder csv = new StringBuilder("a,b,price\n");
    for (int i = 0; i < 400; i++) {
      double a = random.nextDouble();
      double b = random.nextDouble();
      csv.append(a).append(',').append(b).append(',').append(5000 + 300 * a - 200 * b).append('\n');
    }
    Json.Obj result =
        trained(
            request(
                csv.toString(),
                "target",
                "price",
                "task",
                "regression",
                "epochs",
                40,
                "learning_rate",
                0.01,
                "weight_decay",
                0,
                "name",
                "prices"));
    Json.Obj model = result.object("model");
    assertThat(model.string("name")).contains("prices");
    double error = number(model.object("metrics"), "validation_mean_absolute_error");
    assertThat(error).isLessThan(5);
    // The mean of |300(a - 1/2) - 200(b - 1/2)| over the unit square is 86.1.
    assertThat(number(model.object("metrics"), "baseline_mean_absolute_error"))
        .isBetween(70.0, 105.0);
    Json.Obj answer = predicted(model.string("id").orElseThrow(), "[{\"a\":0.5,\"b\":0.25}]");
    assertThat(number((Json.Obj) answer.array("predictions").getFirst(), "value"))
        .isCloseTo(5100, within(15.0));

    // The history is what analyze reads.
    HttpResponse<String> analysis =
        running.post(
            "/v1/ai/analyze",
            Json.object()
                .put("history", new Json.Arr(result.array("history")))
                .put("reasoning", false)
                .build()
                .toString(),
            ACME);
    assertThat(analysis.statusCode()).as(analysis.body()).isEqualTo(200);
  }

  @Test
  void theSameSeedGivesTheSameModelAndItsWeightsAreAFile() throws Exception {
    Json.Obj request =
        request(
            clouds(120),
            "target",
            "kind",
            "task",
            "classification",
            "ignore",
            "id",
            "epochs",
            3,
            "seed",
            11,
            "model",
            Json.object()
                .put("hidden", Json.array(Json.of(8), Json.of(4)))
                .put("activation", "gelu")
                .put("dropout", 0.2)
                .build());
    Json.Obj one = trained(request);
    Json.Obj two = trained(request);
    assertThat(losses(one)).isEqualTo(losses(two)).hasSize(3);
    Path file = running.folder.resolve("weights.safetensors");
    String id = one.object("model").string("id").orElseThrow();
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest get =
          HttpRequest.newBuilder(URI.create(running.url("/v1/models/" + id + "/content")))
              .headers(ACME)
              .build();
      http.send(get, HttpResponse.BodyHandlers.ofFile(file));
    }
    assertThat(SafeTensors.open(file).names())
        .containsExactlyInAnyOrder(
            "0.weight", "0.bias", "3.weight", "3.bias", "6.weight", "6.bias");
  }

  private static List<String> losses(Json.Obj result) {
    return result.array("history").stream()
        .map(r -> ((Json.Obj) r).members().get("val_loss") + "")
        .collect(Collectors.toList());
  }

  @Test
  void aTrainingTellsItsEpochsAndCanBeCancelled() throws Exception {
    String job =
        submit(
                request(
                    clouds(2000),
                    "target",
                    "kind",
                    "task",
                    "classification",
                    "epochs",
                    2000,
                    "ignore",
                    "id",
                    "model",
                    Json.object("hidden", Json.array(Json.of(256), Json.of(256)))))
            .string("id")
            .orElseThrow();
    HttpRequest events =
        HttpRequest.newBuilder(URI.create(running.url("/v1/jobs/" + job + "/events")))
            .headers(ACME)
            .build();
    try (HttpClient http = HttpClient.newHttpClient();
        Stream<String> lines = http.send(events, HttpResponse.BodyHandlers.ofLines()).body()) {
      assertThat(lines.filter(l -> l.startsWith("data:")).limit(2).toList())
          .allMatch(l -> l.contains("\"val_loss\"") && l.contains("\"epochs\":2000"));
      http.shutdownNow();
    }
    running.delete("/v1/jobs/" + job, ACME);
    assertThat(ended(job).string("status")).contains("cancelled");
    // The next one is done: nothing holds its place.
    trained(request("a,b\n1,2\n3,4\n", "target", "b", "task", "regression", "epochs", 1));
  }

  @Test
  void stoppingEarlyKeepsTheBestEpoch() throws Exception {
    Random random = new Random(5);
    StringBuilder noise = new StringBuilder("a,b,c\n");
    for (int i = 0; i < 80; i++) {
      noise
          .append(random.nextGaussian())
          .append(',')
          .append(random.nextGaussian())
          .append(',')
          .append(random.nextGaussian())
          .append('\n');
    }
    Json.Obj result =
        trained(
            request(
                noise.toString(),
                "target",
                "c",
                "task",
                "regression",
                "epochs",
                500,
                "learning_rate",
                0.02,
                "early_stopping",
                3));
    Json.Obj metrics = result.object("model").object("metrics");
    long best = metrics.integer("best_epoch").orElseThrow();
    assertThat(metrics.bool("stopped_early")).contains(true);
    assertThat(metrics.integer("epochs")).hasValue(best + 3);
    double least =
        result.array("history").stream()
            .mapToDouble(r -> number((Json.Obj) r, "val_loss"))
            .min()
            .orElseThrow();
    assertThat(number(metrics, "validation_loss")).isEqualTo(least);
  }

  @Test
  void aTargetMayHaveNoHoles() throws Exception {
    Json.Obj job =
        ended(
            submit(request(clouds(200), "target", "x", "task", "regression", "ignore", "id"))
                .string("id")
                .orElseThrow());
    assertThat(job.string("status")).contains("failed");
    assertThat(job.object("error").string("detail").orElseThrow())
        .contains("Row 8: the target 'x' must be a number, got ''");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"target":"b","task":"regression"}                                             | /dataset        | required property 'dataset'
          {"dataset":"a,b\\n1,2\\n","target":"c","task":"regression"}                    | /target         | There is no column 'c'
          {"dataset":"a,b\\n1,2\\n","target":"b","task":"regression","ignore":["z"]}     | /ignore         | There is no column 'z'
          {"dataset":"a,b\\n1,2\\n","target":"b","task":"regression","ignore":["b"]}     | /ignore         | without the target
          {"dataset":"a,b\\n1,2\\n","target":"b","task":"both"}                          | /task           | enumeration
          {"dataset":"a,a\\n1,2\\n","target":"a","task":"regression"}                    | /dataset        | all different
          {"dataset":"a,b\\n1,2\\n","target":"b","task":"regression","epochs":0}         | /epochs         | minimum
          {"dataset":"a,b\\n1,2\\n","target":"b","task":"regression","epoch":1}          | /epoch          | additional
          {"dataset":"a,b\\n1,2\\n","target":"b","task":"regression","device":"tpu"}     | /device         | one of
          {"dataset":"a,b\\n1,2\\n","target":"b","task":"regression","model":{"hidden":[0]}} | /model/hidden/0 | minimum
          {"dataset":"nothing","target":"b","task":"regression"}                         | /dataset        | the id of an uploaded file
          """)
  void aWrongOrderIsRefusedAtOnce(String body, String pointer, String sentence) throws Exception {
    HttpResponse<String> r = running.post("/v1/train", body, ACME);
    assertThat(r.statusCode()).as(r.body()).isEqualTo(400);
    Json.Obj error = (Json.Obj) Running.json(r).array("errors").getFirst();
    assertThat(error.string("pointer")).contains(pointer);
    assertThat(error.string("detail").orElseThrow()).contains(sentence);
  }

  @Test
  void aFileThatIsNotThereIsNone() throws Exception {
    HttpResponse<String> r =
        running.post(
            "/v1/train", request("file-00", "target", "b", "task", "regression").toString(), ACME);
    assertThat(r.statusCode()).isEqualTo(404);
    assertThat(r.body()).contains("file-not-found");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a,b\\n1,2\\n3\\n       | regression     | Line 3 of the CSV has 1 cells, the header 2
          a,b\\n                 | regression     | The CSV has a header and no rows
          a,b\\n1,2\\n           | regression     | two rows or more
          a,b\\n1,2\\n3,4\\n5,x\\n | regression   | Row 3: the target 'b' must be a number, got 'x'
          a,b\\n1,2\\n3,2\\n     | classification | must have 2 to 1000 different values, got 1
          b\\n1\\n2\\n           | regression     | no column beside the target
          """)
  void aTableThatCannotBeLearntFromSaysWhy(String csv, String task, String sentence)
      throws Exception {
    Json.Obj job =
        ended(
            submit(request(csv.replace("\\n", "\n"), "target", "b", "task", task))
                .string("id")
                .orElseThrow());
    assertThat(job.string("status")).contains("failed");
    assertThat(job.object("error").string("detail").orElseThrow()).contains(sentence);
  }

  @Test
  void rowsToPredictAreChecked() throws Exception {
    Json.Obj result =
        trained(
            request(
                "a,p,b\n1,x,2\n3,y,4\n5,x,6\n7,y,8\n",
                "target",
                "b",
                "task",
                "regression",
                "epochs",
                1));
    String path = "/v1/models/" + result.object("model").string("id").orElseThrow() + "/predict";
    for (String[] wrong :
        new String[][] {
          {"{\"rows\":[]}", "/rows", ""},
          {"{\"rows\":[{\"a\":1},{\"a\":\"one\"}]}", "/rows/1/a", "must be a number, got 'one'"},
          {"{\"rows\":[{\"q\":1}]}", "/rows/0/q", "The model has no column 'q', but [a, p]"},
          {"{\"rows\":[{\"a\":[1]}]}", "/rows/0/a", "must be a number or a text, got an array"},
          {"{\"rows\":[3]}", "/rows/0", ""},
        }) {
      HttpResponse<String> r = running.post(path, wrong[0], ACME);
      assertThat(r.statusCode()).as(r.body()).isEqualTo(400);
      Json.Obj error = (Json.Obj) Running.json(r).array("errors").getFirst();
      assertThat(error.string("pointer")).contains(wrong[1]);
      assertThat(error.string("detail").orElseThrow()).contains(wrong[2]);
    }
  }

  @Test
  void aProvidersModelIsDescribedToo() throws Exception {
    Json.Obj all = Running.json(running.get("/v1/models", ACME));
    String id = ((Json.Obj) all.array("data").get(1)).string("id").orElseThrow();
    assertThat(id).contains("/");
    for (String path : List.of(id, id.replace("/", "%2F"), id.substring(id.indexOf('/') + 1))) {
      HttpResponse<String> r = running.get("/v1/models/" + path, ACME);
      assertThat(r.statusCode()).as(path).isEqualTo(200);
      assertThat(Running.json(r).string("id")).contains(id);
    }
    HttpResponse<String> none = running.get("/v1/models/none", ACME);
    assertThat(none.statusCode()).isEqualTo(404);
    assertThat(Running.json(none).object("error").string("message").orElseThrow())
        .contains("There is no model 'none'");
  }
}
