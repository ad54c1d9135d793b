package dev.gatun.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.gateway.files.S3Storage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FilesTest {
  private static final String[] ACME = {"authorization", "Bearer acme-key-0123456789abcdef"};
  private static final String[] OTHER = {"authorization", "Bearer other-key-0123456789abcde"};
  private static final String[] KEYS = {
    "GATUN_API_KEYS", "acme:acme-key-0123456789abcdef,other:other-key-0123456789abcde"
  };

  private static String form(String name, String text) {
    return "--xyz\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\ndataset\r\n--xyz\r\n"
        + "content-disposition: form-data; name=\"file\"; filename=\""
        + name
        + "\"\r\ncontent-type: text/csv\r\n\r\n"
        + text
        + "\r\n--xyz--\r\n";
  }

  private static Json.Obj add(Running running, String name, String text, String... headers)
      throws Exception {
    HttpResponse<String> r =
        running.upload(
            "/v1/files",
            "multipart/form-data; boundary=xyz",
            form(name, text).getBytes(UTF_8),
            headers);
    assertThat(r.statusCode()).as(r.body()).isEqualTo(200);
    return Running.json(r);
  }

  private static String id(Json.Obj file) {
    return file.string("id").orElseThrow();
  }

  private static List<Path> stored(Running running) throws IOException {
    try (Stream<Path> files = Files.walk(running.folder.resolve("files"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void aFileIsKeptListedReadAndDeleted() throws Exception {
    try (Running running = new Running(KEYS)) {
      Json.Obj file = add(running, "../../etc/iris.csv", "a,b\n1,2\n", ACME);
      assertThat(file.string("object")).contains("file");
      assertThat(file.integer("bytes")).hasValue(8);
      assertThat(file.string("filename")).contains("../../etc/iris.csv");
      assertThat(file.string("purpose")).contains("dataset");
      // printf 'a,b\n1,2\n' | sha256sum
      assertThat(file.string("sha256"))
          .contains("492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470");
      Json.Obj second = add(running, "b.csv", "x\n", ACME);
      assertThat(stored(running)).hasSize(2);

      Json.Obj list = Running.json(running.get("/v1/files?limit=1", ACME));
      assertThat(list.bool("has_more")).contains(true);
      assertThat(list.string("last_id")).contains(id(second));
      Json.Obj rest = Running.json(running.get("/v1/files?after=" + id(second), ACME));
      assertThat(rest.array("data")).isEqualTo(List.of(file));
      assertThat(rest.bool("has_more")).contains(false);
      assertThat(Running.json(running.get("/v1/files/" + id(file), ACME))).isEqualTo(file);

      HttpResponse<String> content = running.get("/v1/files/" + id(file) + "/content", ACME);
      assertThat(content.body()).isEqualTo("a,b\n1,2\n");
      assertThat(content.headers().firstValue("content-type")).contains("application/octet-stream");
      assertThat(content.headers().firstValue("content-disposition")).contains("attachment");
      assertThat(content.headers().firstValue("content-length")).contains("8");

      assertThat(running.delete("/v1/files/" + id(file), ACME).body())
          .isEqualTo("{\"id\":\"" + id(file) + "\",\"object\":\"file\",\"deleted\":true}");
      assertThat(running.get("/v1/files/" + id(file), ACME).statusCode()).isEqualTo(404);
      assertThat(running.delete("/v1/files/" + id(file), ACME).statusCode()).isEqualTo(404);
      assertThat(stored(running)).hasSize(1);
    }
  }

  @Test
  void anotherTenantsFileIsNone() throws Exception {
    try (Running running = new Running(KEYS)) {
      String file = id(add(running, "a.csv", "secret", ACME));
      for (String path : List.of("/v1/files/" + file, "/v1/files/" + file + "/content")) {
        HttpResponse<String> r = running.get(path, OTHER);
        assertThat(r.statusCode()).isEqualTo(404);
        assertThat(r.body()).doesNotContain("secret").contains("file_not_found");
      }
      assertThat(running.delete("/v1/files/" + file, OTHER).statusCode()).isEqualTo(404);
      assertThat(Running.json(running.get("/v1/files", OTHER)).array("data")).isEmpty();
      assertThat(running.get("/v1/files/" + file, ACME).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void pathsLeadNowhereElse() throws Exception {
    try (Running running = new Running()) {
      Files.writeString(running.folder.resolve("secret"), "no");
      for (String id : List.of("..%2f..%2fsecret", "%2e%2e", "file-%00", "..%5c..%5csecret")) {
        HttpResponse<String> r = running.get("/v1/files/" + id + "/content");
        assertThat(r.statusCode()).as(id).isIn(400, 404);
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefusedAndLeavesNothing() throws Exception {
    try (Running running =
        new Running("GATUN_MAX_UPLOAD_BYTES", "1000", "GATUN_MAX_STORED_BYTES", "100")) {
      HttpResponse<String> large =
          running.upload("/v1/files", "application/octet-stream", new byte[2000]);
      assertThat(large.statusCode()).isEqualTo(413);
      HttpResponse<String> full =
          running.upload("/v1/files", "application/octet-stream", new byte[101]);
      assertThat(full.statusCode()).isEqualTo(413);
      assertThat(full.body())
          .contains(
              "All files and models together may have 100 bytes; 0 are stored, and this file has 101");
      HttpResponse<String> json = running.post("/v1/files", "{}");
      assertThat(json.statusCode()).isEqualTo(415);
      HttpResponse<String> purpose =
          running.upload("/v1/files?purpose=a%20b", "text/csv", "x".getBytes(UTF_8));
      assertThat(purpose.statusCode()).isEqualTo(400);
      assertThat(purpose.body()).contains("\"param\":\"purpose\"");
      assertThat(stored(running)).isEmpty();
    }
  }

  @Test
  void whatADeadProcessLeftIsTidied() throws Exception {
    try (Running running = new Running()) {
      Path incoming = running.folder.resolve("files/incoming");
      Path old = Files.writeString(incoming.resolve("upload-old.part"), "x");
      Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
      Path young = Files.writeString(incoming.resolve("upload-young.part"), "x");
      GatewayConfig.read(ProviderConfig.of(Map.of("GATUN_DATA_DIR", running.folder.toString())))
          .files()
          .storage()
          .close();
      assertThat(old).doesNotExist();
      assertThat(young).exists();
    }
  }

  @Test
  void aBucketKeepsFiles() throws Exception {
    byte[] bytes = new byte[300_000];
    new Random(1).nextBytes(bytes);
    try (S3Server s3 = new S3Server();
        Running running = new Running(s3(s3, S3Server.SECRET))) {
      s3.failing.set(2);
      HttpResponse<String> r = running.upload("/v1/files", "application/octet-stream", bytes);
      assertThat(r.statusCode()).as(r.body()).isEqualTo(200);
      String id = id(Running.json(r));
      assertThat(s3.objects.get("/models/test/" + id)).isEqualTo(bytes);
      assertThat(stored(running)).isEmpty();
      try (HttpClient http = HttpClient.newHttpClient()) {
        HttpRequest get =
            HttpRequest.newBuilder(URI.create(running.url("/v1/files/" + id + "/content"))).build();
        assertThat(http.send(get, HttpResponse.BodyHandlers.ofByteArray()).body()).isEqualTo(bytes);
      }
      assertThat(stored(running)).isEmpty();
      assertThat(running.delete("/v1/files/" + id).statusCode()).isEqualTo(200);
      assertThat(s3.objects).isEmpty();
      assertThat(s3.refused).hasValue(0);
    }
  }

  @Test
  void aBucketThatRefusesIsToldWithoutItsText() throws Exception {
    try (S3Server s3 = new S3Server();
        Running running = new Running(s3(s3, "another-secret"))) {
      HttpResponse<String> r = running.upload("/v1/files", "text/csv", "a\n1\n".getBytes(UTF_8));
      assertThat(r.statusCode()).isEqualTo(503);
      assertThat(r.body()).contains("storage_unavailable").doesNotContain("Signature");
      assertThat(s3.refused.get()).isPositive();
      assertThat(Running.json(running.get("/v1/files")).array("data")).isEmpty();
      assertThat(stored(running)).isEmpty();
    }
  }

  private static String[] s3(S3Server server, String secret) {
    return new String[] {
      "GATUN_S3_BUCKET",
      "models",
      "GATUN_S3_ENDPOINT",
      server.uri().toString(),
      "GATUN_S3_PREFIX",
      "test/",
      "AWS_ACCESS_KEY_ID",
      S3Server.ID,
      "AWS_SECRET_ACCESS_KEY",
      secret
    };
  }

  @Test
  void settingsOfABucketAreChecked() {
    assertThat(S3Storage.Settings.read(ProviderConfig.of(Map.of()))).isEmpty();
    for (var wrong :
        Map.of(
                "GATUN_S3_BUCKET", "No_Bucket",
                "GATUN_S3_ENDPOINT", "ftp://x",
                "GATUN_S3_REGION", "a b",
                "GATUN_S3_PREFIX", "a b",
                "AWS_ACCESS_KEY_ID", "alone")
            .entrySet()) {
      Map<String, String> settings = new java.util.HashMap<>(Map.of("GATUN_S3_BUCKET", "models"));
      settings.put(wrong.getKey(), wrong.getValue());
      assertThatThrownBy(() -> S3Storage.Settings.read(ProviderConfig.of(settings)))
          .as(wrong.getKey())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(wrong.getKey());
    }
  }
}
