package dev.gatun.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.json.Json;
import dev.gatun.ai.provider.Demo;
import dev.gatun.ai.spi.ChatCall;
import dev.gatun.ai.spi.ChatReply;
import dev.gatun.ai.spi.EmbeddingCall;
import dev.gatun.ai.spi.EmbeddingReply;
import dev.gatun.ai.spi.EventSource;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.Secret;
import dev.gatun.gateway.state.PostgresServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes on one database, of which one is killed in the middle of its work. */
class CrashTest {
  private static final int JOBS = 50;
  private static final int CALLS_OF_THE_FIRST = 6;
  private static final String BODY =
      "{\"schema\":{\"type\":\"object\",\"properties\":{\"s\":{\"type\":\"string\"}},"
          + "\"required\":[\"s\"]},\"count\":3,\"async\":true}";

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  /** A process of its own: a gateway until its standard input ends. */
  static final class Instance {
    private Instance() {}

    public static void main(String[] arguments) throws IOException {
      try (Running running =
          new Running(
              List.of(new Slow(Path.of(arguments[1]), Integer.parseInt(arguments[2]))),
              "GATUN_DATABASE_URL",
              arguments[0],
              "GATUN_JOB_LEASE_SECONDS",
              "2")) {
        System.out.println("port " + running.gateway.port());
        System.in.read();
      }
    }
  }

  /** Writes down each call before it begins, as a bill would. After some, calls do not end. */
  private record Slow(Demo demo, Path bill, AtomicInteger left) implements Provider {
    Slow(Path bill, int calls) {
      this(new Demo(), bill, new AtomicInteger(calls));
    }

    @Override
    public ChatReply chat(ChatCall call) {
      try {
        Files.writeString(
            bill,
            call.request().metadata().getOrDefault("request_id", "") + "\n",
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
        Thread.sleep(left.getAndDecrement() > 0 ? 300 : 600_000);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
      return demo.chat(call);
    }

    @Override
    public String id() {
      return demo.id();
    }

    @Override
    public List<ModelInfo> models() {
      return demo.models();
    }

    @Override
    public Optional<ModelInfo> model(String name) {
      return demo.model(name);
    }

    @Override
    public List<Secret> keys() {
      return demo.keys();
    }

    @Override
    public EventSource stream(ChatCall call) {
      return demo.stream(call);
    }

    @Override
    public EmbeddingReply embed(EmbeddingCall call) {
      return demo.embed(call);
    }
  }

  @Test
  void everyJobEndsOnceOrSaysThatItMayHaveBeenPaidTwice() throws Exception {
    List<Process> processes = new ArrayList<>();
    try (PostgresServer database = PostgresServer.start()) {
      try {
        Path billOfA = folder.resolve("a");
        Path billOfB = folder.resolve("b");
        Process a = instance(database, billOfA, CALLS_OF_THE_FIRST);
        processes.add(a);
        Process b = instance(database, billOfB, Integer.MAX_VALUE);
        processes.add(b);
        int portOfA = port(a);
        int portOfB = port(b);
        List<String> places = new ArrayList<>();
        for (int i = 0; i < JOBS; i++) {
          HttpResponse<String> r = post(i % 2 == 0 ? portOfA : portOfB);
          assertThat(r.statusCode()).as(r.body()).isEqualTo(202);
          places.add(r.headers().firstValue("location").orElseThrow());
        }
        Running.await(
            "the first process is in the middle of its calls",
            () -> Files.exists(billOfA) && Files.readAllLines(billOfA).size() > CALLS_OF_THE_FIRST);
        a.destroyForcibly().waitFor();

        List<Json.Obj> jobs = new ArrayList<>();
        for (String place : places) {
          jobs.add(ended(portOfB, place));
          assertThat(get(portOfB, place + "/events").split("event: succeeded", -1)).hasSize(2);
        }
        List<String> calls = new ArrayList<>(Files.readAllLines(billOfA));
        calls.addAll(Files.readAllLines(billOfB));
        Map<String, Long> bills =
            calls.stream().collect(Collectors.groupingBy(c -> c, Collectors.counting()));
        int inDoubt = 0;
        for (Json.Obj job : jobs) {
          assertThat(job.string("status")).contains("succeeded");
          assertThat(job.object("result").array("rows")).hasSize(3);
          long paid = bills.getOrDefault("job-" + job.string("id").orElseThrow(), 0L);
          if (job.bool("possibly_billed").orElseThrow()) {
            assertThat(job.integer("takeovers").orElseThrow()).as(job.toString()).isPositive();
            inDoubt++;
          } else {
            assertThat(paid).as(job.toString()).isEqualTo(calls(job));
          }
        }
        assertThat(inDoubt).as("jobs that the killed process had asked for").isPositive();
      } finally {
        processes.forEach(Process::destroyForcibly);
      }
    }
  }

  /** The calls whose answers the job has. */
  private static long calls(Json.Obj job) {
    return job.object("result").object("report").array("served").stream()
        .mapToLong(s -> ((Json.Obj) s).integer("calls").orElseThrow())
        .sum();
  }

  private static Process instance(PostgresServer database, Path bill, int calls)
      throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "-Djava.io.tmpdir=" + bill.getParent(),
            "-cp",
            System.getProperty("java.class.path"),
            Instance.class.getName(),
            database.url(),
            bill.toString(),
            Integer.toString(calls))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static int port(Process process) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("port ")) {
        // What else it says is read, for its pipe not to fill.
        Thread.startVirtualThread(() -> lines.lines().forEach(_ -> {}));
        return Integer.parseInt(line.substring(5));
      }
    }
    throw new IllegalStateException("The process ended without listening");
  }

  private Json.Obj ended(int port, String place) throws Exception {
    Json.Obj[] job = {Json.Obj.EMPTY};
    Running.await(
        place + " ends",
        () -> {
          job[0] = (Json.Obj) Json.parse(get(port, place));
          return List.of("succeeded", "failed", "cancelled")
              .contains(job[0].string("status").orElse(""));
        });
    return job[0];
  }

  private String get(int port, String path) throws Exception {
    return http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private HttpResponse<String> post(int port) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/ai/synthetic-data"))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(BODY))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
