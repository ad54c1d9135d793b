package dev.gatun.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.Message;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.provider.Demo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnalyzeTest {
  private static final String PATH = "/v1/ai/analyze";
  private final Running running = new Running();

  @AfterEach
  void stop() {
    running.close();
  }

  static byte[] resource(String name) {
    try (InputStream in = AnalyzeTest.class.getResourceAsStream("analyze/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Json.Obj local(String body) throws Exception {
    HttpResponse<String> r = running.post(PATH, body.replaceFirst("\\{", "{\"reasoning\":false,"));
    assertThat(r.statusCode()).as(r.body()).isEqualTo(200);
    assertThat(running.provider.calls).isEmpty();
    return Running.json(r);
  }

  private Json.Obj file(byte[] bytes) throws Exception {
    HttpResponse<String> r =
        running.upload(PATH + "?reasoning=false", "application/octet-stream", bytes);
    assertThat(r.statusCode()).as(r.body()).isEqualTo(200);
    return Running.json(r);
  }

  private static List<String> ids(Json.Obj answer) {
    return answer.array("findings").stream()
        .map(f -> ((Json.Obj) f).string("id").orElseThrow())
        .toList();
  }

  @Test
  void countsOfLayersAreThoseOfPyTorch() throws Exception {
    // torchvision's first layers of ResNet, then a head; counted by hand from PyTorch's formulas.
    Json.Obj network =
        local(
                """
                {"input_shape":[3,224,224],"layers":[
                  {"type":"Conv2d","in_channels":3,"out_channels":64,"kernel_size":7,"stride":2,"padding":3,"bias":false},
                  {"type":"BatchNorm2d","num_features":64},
                  {"type":"ReLU"},
                  {"type":"MaxPool2d","kernel_size":3,"stride":2,"padding":1},
                  {"type":"AdaptiveAvgPool2d","output_size":1},
                  {"type":"Flatten"},
                  {"type":"linear","in":64,"out":10}]}\
                """)
            .object("local")
            .object("network");
    assertThat(network.integer("parameters")).hasValue(3 * 64 * 49 + 128 + 650);
    assertThat(network.integer("multiply_adds"))
        .hasValue(3L * 64 * 49 * 112 * 112 + 64 * 112 * 112 + 640);
    assertThat(network.bool("multiply_adds_complete")).contains(true);
    assertThat(((Json.Obj) network.array("layers").get(3)).array("output_shape").toString())
        .isEqualTo("[64, 56, 56]");
    assertThat(network.object("memory").integer("weights_float32_bytes"))
        .hasValue(4 * (3 * 64 * 49 + 128 + 650));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"type":"linear","in":784,"out":256}                             | 200960
          {"type":"linear","in":784,"out":256,"bias":false}                | 200704
          {"type":"Conv2d","in":16,"out":32,"kernel_size":[3,5],"groups":4} | 1952
          {"type":"ConvTranspose2d","in":16,"out":8,"kernel_size":3}       | 1160
          {"type":"LSTM","input_size":10,"hidden_size":20,"num_layers":2}  | 5920
          {"type":"LSTM","input_size":10,"hidden_size":20,"bidirectional":true} | 5120
          {"type":"GRU","input_size":10,"hidden_size":20}                  | 1920
          {"type":"Embedding","num_embeddings":1000,"embedding_dim":64}    | 64000
          {"type":"LayerNorm","normalized_shape":[16,8]}                   | 256
          {"type":"MultiheadAttention","embed_dim":64,"num_heads":4}       | 16640
          {"type":"TransformerEncoderLayer","d_model":512,"nhead":8}       | 3152384
          """)
  void parametersOfALayerAreThoseOfPyTorch(String layer, long parameters) throws Exception {
    assertThat(
            local("{\"layers\":[" + layer + "]}")
                .object("local")
                .object("network")
                .integer("parameters"))
        .hasValue(parameters);
  }

  @Test
  void mistakesOfANetworkAreFound() throws Exception {
    Json.Obj answer =
        local(
            """
            {"input_shape":[784],"layers":[
              {"type":"linear","in":784,"out":256},{"type":"linear","in":256,"out":128},
              {"type":"relu"},{"type":"linear","in":64,"out":10},
              {"type":"softmax"},{"type":"softmax"},{"type":"dropout","p":0.9}]}\
            """);
    assertThat(ids(answer))
        .contains(
            "no-activation-between",
            "shape-mismatch",
            "softmax-twice",
            "strong-dropout",
            "dropout-at-the-end");
    Json.Obj mismatch =
        (Json.Obj)
            answer.array("findings").stream()
                .filter(f -> ((Json.Obj) f).string("id").orElse("").equals("shape-mismatch"))
                .findFirst()
                .orElseThrow();
    assertThat(mismatch.string("severity")).contains("error");
    assertThat(mismatch.string("evidence")).contains("layers[3] expects 64, gets 128");
    assertThat(mismatch.string("source")).contains("local");
  }

  @Test
  void whatPyTorchPrintsIsUnderstood() throws Exception {
    Json.Obj answer =
        local(
            Json.object()
                .put(
                    "description",
                    """
                    Sequential(
                      (0): Conv2d(1, 16, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
                      (1): ReLU()
                      (2): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
                      (3): Flatten(start_dim=1, end_dim=-1)
                      (4): Linear(in_features=3136, out_features=10, bias=True)
                    )\
                    """)
                .put("input_shape", Json.array(Json.of(1), Json.of(28), Json.of(28)))
                .build()
                .toString());
    Json.Obj network = answer.object("local").object("network");
    assertThat(network.integer("layer_count")).hasValue(5);
    assertThat(network.integer("parameters")).hasValue(160 + 31370);
    assertThat(network.integer("multiply_adds")).hasValue(9 * 16 * 28 * 28 + 31360);
    assertThat(ids(local("{\"description\":\"a large network\"}"))).containsExactly("no-layers");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          loss,val_loss;1,1.1;.7,.8;.5,.7;.3,.75;.2,.85;.1,.99                | overfitting
          loss;1;.9;2;3;5;9                                                   | divergence
          loss;1;.5;nan                                                       | loss-not-finite
          loss;1;.5;1;.5;1;.5;.9;.6                                           | oscillation
          loss;.693;.693;.692;.693;.6931;.6929                                | does-not-learn
          loss;2;1;.6;.5;.48;.47;.47;.47;.4699;.4699;.4699;.4698              | plateau
          loss;2;1.6;1.2;.9;.7;.5                                             | still-improving
          accuracy,val_accuracy,loss;.9,.7,.5;.99,.72,.2                      | generalisation-gap
          """)
  void historiesAreJudged(String csv, String id) throws Exception {
    String text = csv.strip().replace(';', '\n');
    Json.Obj answer = local(Json.object().put("history", text).build().toString());
    assertThat(ids(answer)).containsExactly(id);
    HttpResponse<String> raw =
        running.upload(PATH + "?reasoning=false", "text/csv", text.getBytes(UTF_8));
    assertThat(ids(Running.json(raw))).containsExactly(id);
  }

  @Test
  void aGoodHistoryHasNothingWrong() throws Exception {
    // A real training: the first column of the README's table, and a validation that follows it.
    Json.Obj answer =
        local(
            """
            {"history":{"loss":[0.3296,0.0602,0.0266,0.0098,0.0096],
                        "val_loss":[0.0879,0.0404,0.0282,0.0279,0.0280],
                        "val_accuracy":[0.9724,0.9865,0.9899,0.9923,0.9922]}}\
            """);
    assertThat(ids(answer)).isEmpty();
    assertThat(
            answer
                .object("local")
                .object("history")
                .object("columns")
                .object("val_loss")
                .integer("least_at_epoch"))
        .hasValue(4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"layers":[{"type":"linear","in":0,"out":1}]}  | /layers/0/in
          {"layers":[{"type":"linear","in":4}]}          | /layers/0/out
          {"layers":[{"out":4}]}                         | /layers/0/type
          {"layers":[]}                                  | /layers
          {"layers":[{"type":"linear","in":1000000000000,"out":1000000000000}]} | /layers/0
          {"history":[{"epoch":1}]}                      | /history
          {"history":{"loss":[1,2],"val_loss":[1]}}      | /history/val_loss
          {"history":[{"loss":"much"}]}                  | /history/0/loss
          {"history":"loss\\n1\\n2,3"}                   | /history
          {"input_shape":[3,"x"],"layers":[{"type":"relu"}]} | /input_shape
          {"leyers":[]}                                  | /leyers
          """)
  void aWrongFieldIsNamed(String body, String pointer) throws Exception {
    HttpResponse<String> r = running.post(PATH, body);
    assertThat(r.statusCode()).as(r.body()).isEqualTo(400);
    assertThat(r.body()).contains("\"pointer\":\"" + pointer + "\"");
    assertThat(running.provider.calls).isEmpty();
  }

  @Test
  void anOnnxFileIsCounted() throws Exception {
    Json.Obj onnx = file(resource("mnist_mlp.onnx")).object("local").object("onnx");
    assertThat(onnx.integer("parameters")).hasValue(101_770);
    assertThat(onnx.integer("multiply_adds")).hasValue(784 * 128 + 128 * 10);
    assertThat(onnx.bool("multiply_adds_complete")).contains(true);
    assertThat(onnx.integer("not_finite")).hasValue(0);
    Json.Obj tensors =
        file(resource("mnist_mlp.safetensors")).object("local").object("safetensors");
    assertThat(tensors.integer("parameters")).hasValue(101_770);
    assertThat(tensors.integer("bytes")).hasValue(4 * 101_770);
  }

  @Test
  void multiplyAddsOfKnownNetworks() throws Exception {
    // torchvision says 4.089 billion of its ResNet50_Weights, and 0.349 of SqueezeNet1_1_Weights.
    Json.Obj resnet = file(resource("resnet50.onnx")).object("local").object("onnx");
    assertThat(resnet.integer("multiply_adds").orElseThrow())
        .isBetween(4_088_500_000L, 4_089_500_000L);
    Json.Obj squeeze = file(resource("squeezenet.onnx")).object("local").object("onnx");
    assertThat(squeeze.integer("multiply_adds").orElseThrow())
        .isBetween(348_500_000L, 349_500_000L);
    Json.Obj conv = file(resource("conv2d_strided.onnx")).object("local").object("onnx");
    // [2, 4, 2, 2] of 3 channels under 3 x 3 kernels.
    assertThat(conv.integer("multiply_adds")).hasValue(2 * 4 * 2 * 2 * 3 * 3 * 3);
  }

  @Test
  void brokenNumbersAreFound() throws Exception {
    byte[] bytes = resource("mnist_mlp.safetensors");
    ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int data = 8 + (int) b.getLong(0);
    b.putFloat(data, Float.NaN).putFloat(data + 4, Float.POSITIVE_INFINITY);
    Json.Obj answer = file(bytes);
    assertThat(ids(answer)).startsWith("nan-weights", "infinite-weights");
    assertThat(answer.object("local").object("safetensors").integer("not_finite")).hasValue(2);
  }

  @Test
  void rowsWithoutAnyWeightAreDead() throws Exception {
    String header = "{\"w\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[0,24]}}";
    ByteBuffer b = ByteBuffer.allocate(8 + header.length() + 24).order(ByteOrder.LITTLE_ENDIAN);
    b.putLong(header.length()).put(header.getBytes(UTF_8));
    b.putFloat(1).putFloat(0).putFloat(0).putFloat(0).putFloat(0).putFloat(20_000);
    Json.Obj answer = file(b.array());
    assertThat(ids(answer)).containsExactlyInAnyOrder("dead-rows", "extreme-weights");
    assertThat(answer.toString()).contains("w (1 of 3)");
  }

  @Test
  void aFormHasAFileAndOptions() throws Exception {
    byte[] body =
        form(
            "squeeze.onnx",
            resource("squeezenet.onnx"),
            "{\"reasoning\":false,\"input_shape\":[1,3,448,448]}");
    HttpResponse<String> r = running.upload(PATH, "multipart/form-data; boundary=xyz", body);
    assertThat(r.statusCode()).as(r.body()).isEqualTo(200);
    // Four times the pixels.
    assertThat(
            Running.json(r).object("local").object("onnx").integer("multiply_adds").orElseThrow())
        .isBetween(1_360_000_000L, 1_700_000_000L);
    assertThat(running.folder.resolve("files/incoming")).isEmptyDirectory();
    assertThat(
            running
                .upload(
                    PATH, "multipart/form-data; boundary=xyz", "--xyz\r\nnothing".getBytes(UTF_8))
                .statusCode())
        .isEqualTo(400);
    assertThat(running.upload(PATH, "multipart/form-data", body).statusCode()).isEqualTo(400);
    assertThat(running.folder.resolve("files/incoming")).isEmptyDirectory();
  }

  static byte[] form(String name, byte[] file, String options) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(
        ("--xyz\r\nContent-Disposition: form-data; name=\"options\"\r\n\r\n"
                + options
                + "\r\n--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
                + name
                + "\"\r\nContent-Type: application/octet-stream\r\n\r\n")
            .getBytes(UTF_8));
    out.write(file);
    out.write("\r\n--xyz--\r\n".getBytes(UTF_8));
    return out.toByteArray();
  }

  @Test
  void hostileFilesGiveOneSentence() throws Exception {
    byte[] longHeader =
        ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(1L << 62).array();
    longHeader[8] = '{';
    byte[] hugeTensor = { // a graph with a tensor of 2^62 x 2^62 numbers
      8, 7, 58, 26, 42, 24, 8, -128, -128, -128, -128, -128, -128, -128, -128, 64, 8, -128, -128,
      -128, -128, -128, -128, -128, -128, 64, 16, 1, 66, 0
    };
    byte[] longField = {8, 7, 58, -1, -1, -1, -1, -1, -1, -1, -1, 127};
    for (byte[] body :
        List.of(
            new byte[] {1}, "hello, world".getBytes(UTF_8), longHeader, hugeTensor, longField)) {
      HttpResponse<String> r = running.upload(PATH, "application/octet-stream", body);
      assertThat(r.statusCode()).as(r.body()).isEqualTo(400);
      assertThat(Running.json(r).string("detail").orElseThrow())
          .hasSizeLessThan(300)
          .doesNotContain(running.folder.toString());
    }
    assertThat(running.upload(PATH, "application/octet-stream", new byte[0]).statusCode())
        .isEqualTo(400);
    assertThat(running.provider.calls).isEmpty();
  }

  /** Nothing but an analysis or one clear sentence, whatever is changed in a real file. */
  @Test
  void changedFilesNeverBreakTheGateway() throws Exception {
    Random random = new Random(7);
    for (String name : List.of("conv2d_strided.onnx", "squeezenet.onnx", "conv_transpose2d.onnx")) {
      byte[] good = resource(name);
      for (int i = 0; i < 150; i++) {
        byte[] bad = good.clone();
        for (int k = 0; k <= i % 4; k++) {
          // Most of what a parser can get wrong is near the beginning.
          int at = random.nextInt(i % 2 == 0 ? bad.length : Math.min(bad.length, 300));
          bad[at] = (byte) random.nextInt(256);
        }
        int length = i % 5 == 0 ? random.nextInt(1, bad.length) : bad.length;
        HttpResponse<String> r =
            running.upload(
                PATH + "?reasoning=false",
                "application/octet-stream",
                java.util.Arrays.copyOf(bad, length));
        assertThat(r.statusCode()).as(name + " " + i + ": " + r.body()).isIn(200, 400);
      }
    }
  }

  @Test
  void tooLargeAFileIsRefusedWithoutATrace() throws Exception {
    try (Running small = new Running("GATUN_MAX_UPLOAD_BYTES", "1000")) {
      assertThat(small.upload(PATH, "application/octet-stream", new byte[1001]).statusCode())
          .isEqualTo(413);
      assertThat(small.folder.resolve("files/incoming")).isEmptyDirectory();
    }
    assertThat(Files.exists(running.folder.resolve("files/incoming"))).isTrue();
  }

  @Test
  void aModelsFindingsComeBesideTheLocalOnes() throws Exception {
    running.provider.next(
        Message.assistant(
            """
            {"summary":"It is shallow.","findings":[{"id":"wider","severity":"warning",
             "title":"Too narrow","evidence":"4 units","suggested_change":"Use 64."}]}\
            """));
    HttpResponse<String> r =
        running.post(
            PATH,
            "{\"layers\":[{\"type\":\"linear\",\"in\":4,\"out\":4},{\"type\":\"linear\",\"out\":2,\"in\":4}]}");
    Json.Obj answer = Running.json(r);
    assertThat(r.statusCode()).isEqualTo(200);
    assertThat(answer.bool("partial")).contains(false);
    assertThat(ids(answer)).contains("no-activation-between", "wider");
    assertThat(answer.object("reasoning").string("model")).contains("scripted/m");
    assertThat(answer.object("reasoning").string("summary")).contains("It is shallow.");
    String prompt = running.provider.calls.getFirst().request().toString();
    assertThat(prompt).contains("no-activation-between").contains("reasoning");
  }

  @Test
  void theDemoProvidersFindingsAreNotTold() throws Exception {
    try (Running demo = new Running(List.of(new Demo()))) {
      Json.Obj answer =
          Running.json(
              demo.post(
                  PATH,
                  "{\"layers\":[{\"type\":\"linear\",\"in\":4,\"out\":4},{\"type\":\"linear\",\"in\":4,\"out\":2}]}"));
      assertThat(answer.object("reasoning").string("status")).contains("skipped");
      assertThat(answer.object("reasoning").bool("demo")).contains(true);
      assertThat(answer.object("reasoning").string("note").orElseThrow())
          .startsWith("Only the demo provider could be asked");
      assertThat(answer.array("findings"))
          .isNotEmpty()
          .allMatch(f -> ((Json.Obj) f).string("source").equals(Optional.of("local")));
    }
  }

  @Test
  void researchAsksForTheWeb() throws Exception {
    running.provider.next(Message.assistant("{\"summary\":\"\",\"findings\":[]}"));
    running.post(PATH, "{\"research\":true,\"layers\":[{\"type\":\"linear\",\"in\":4,\"out\":4}]}");
    var request = running.provider.calls.getFirst().request();
    assertThat(request.search()).isPresent();
    assertThat(request.task()).isEqualTo(dev.gatun.ai.Task.RESEARCH);
  }

  @Test
  void localFindingsSurviveEveryProvider() throws Exception {
    for (int i = 0; i < 20; i++) {
      running.provider.next(
          new AiException.AuthenticationFailed(Failure.of("Incorrect key sk-secret").status(401)));
    }
    HttpResponse<String> r =
        running.post(
            PATH,
            "{\"layers\":[{\"type\":\"linear\",\"in\":4,\"out\":4},{\"type\":\"linear\",\"in\":4,\"out\":2}]}");
    assertThat(r.statusCode()).isEqualTo(200);
    Json.Obj answer = Running.json(r);
    assertThat(answer.bool("partial")).contains(true);
    assertThat(ids(answer)).contains("no-activation-between");
    assertThat(answer.object("reasoning").string("status")).contains("failed");
    assertThat(answer.object("reasoning").object("problem").string("type"))
        .contains("urn:gatun:problem:upstream-auth");
    assertThat(r.body()).doesNotContain("sk-secret");
  }
}
