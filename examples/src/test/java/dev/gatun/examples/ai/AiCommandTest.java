package dev.gatun.examples.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.ai.json.Json;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Failure;
import dev.gatun.ai.testkit.Script;
import dev.gatun.ai.testkit.ScriptedServer;
import dev.gatun.examples.Cli;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands {@code ai ask}, {@code explain} and {@code status}. */
final class AiCommandTest {
  private static final String QUESTION = "Why is the sky blue?";

  /** Each line is a JSON object. */
  private static List<Json.Obj> objects(Cli cli) {
    return cli.lines().stream()
        .map(line -> {
          assertThat(Json.parse(line)).as(line).isInstanceOf(Json.Obj.class);
          return (Json.Obj) Json.parse(line);
        })
        .toList();
  }

  private static String text(Json.Obj o, String name) {
    return o.string(name).orElseThrow(() -> new AssertionError("no " + name + " in " + o));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ask", "explain"})
  void aQuestionIsNeeded(String command) {
    Cli cli = Cli.run("ai", command);
    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.err()).contains("TEXT");
    assertThat(cli.out()).isEmpty();
  }

  @Test
  void aCommandIsNeeded() {
    Cli cli = Cli.run("ai");
    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.err()).contains("ask", "explain", "status", "replay", "testkit");
  }

  @Test
  void anUnusableAmountIsRefused() {
    assertThat(Cli.run("ai", "ask", QUESTION, "--max-cost", "much").status()).isEqualTo(2);
    assertThat(Cli.run("ai", "ask", QUESTION, "--max-cost", "-1").status()).isEqualTo(2);
  }

  /** Without a key, the demo provider answers, and says so. */
  @Nested
  final class WithoutAKey {
    WithoutAKey() {
      assumeTrue(
          System.getenv().keySet().stream().noneMatch(n -> n.matches("[A-Z]+_API_KEYS?")),
          "the environment has a key");
    }

    @Test
    void askAnswersAndSaysWho() {
      Cli cli = Cli.run("ai", "ask", QUESTION);
      assertThat(cli.status()).isZero();
      assertThat(cli.out()).isNotBlank();
      assertThat(cli.err()).contains("demo/").contains("tokens");
    }

    @Test
    void askSpeaksJson() {
      Cli cli = Cli.run("ai", "ask", QUESTION, "--json");
      assertThat(cli.status()).isZero();
      List<Json.Obj> lines = objects(cli);
      assertThat(lines).hasSize(1);
      Json.Obj answer = lines.getFirst();
      assertThat(text(answer, "event")).isEqualTo("answer");
      assertThat(text(answer, "served")).startsWith("demo/");
      assertThat(text(answer, "text")).isNotBlank();
      assertThat(answer.integer("output_tokens").orElseThrow()).isPositive();
      assertThat(answer.members()).containsKeys("cost_usd", "policy", "reasons", "attempts");
    }

    @Test
    void askStreams() {
      Cli whole = Cli.run("ai", "ask", QUESTION);
      Cli streamed = Cli.run("ai", "ask", QUESTION, "--stream");
      assertThat(streamed.status()).isZero();
      assertThat(streamed.out().strip()).isEqualTo(whole.out().strip());
    }

    @Test
    void askStreamsJson() {
      Cli cli = Cli.run("ai", "ask", QUESTION, "--stream", "--json");
      assertThat(cli.status()).isZero();
      List<Json.Obj> lines = objects(cli);
      StringBuilder pieces = new StringBuilder();
      for (Json.Obj o : lines.subList(0, lines.size() - 1)) {
        assertThat(text(o, "event")).isEqualTo("text");
        pieces.append(text(o, "delta"));
      }
      assertThat(lines).hasSizeGreaterThan(2);
      assertThat(text(lines.getLast(), "event")).isEqualTo("answer");
      assertThat(text(lines.getLast(), "text")).isEqualTo(pieces.toString());
    }

    @Test
    void whatNobodyCanAnswerIsOneSentenceAndStatus2() {
      Cli cli = Cli.run("ai", "ask", QUESTION, "--model", "nobody/nothing");
      assertThat(cli.status()).isEqualTo(2);
      assertThat(cli.out()).isEmpty();
      assertThat(cli.err().lines().toList())
          .anyMatch(l -> l.startsWith("gatun: ") && l.contains("nobody"));
    }

    @Test
    void explainRanksAndAsksNobody() {
      Cli cli = Cli.run("ai", "explain", QUESTION, "--json");
      assertThat(cli.status()).isZero();
      Json.Obj first = objects(cli).getFirst();
      assertThat(text(first, "event")).isEqualTo("candidate");
      assertThat(first.integer("place")).hasValue(1);
      assertThat(text(first, "model")).startsWith("demo/");
      assertThat(Cli.run("ai", "explain", QUESTION).out()).contains("1. demo/");
    }

    @Test
    void explainSaysWhyNobodyIsLeft() {
      Cli cli = Cli.run("ai", "explain", QUESTION, "--provider", "openai", "--json");
      assertThat(cli.status()).isEqualTo(1);
      assertThat(objects(cli))
          .isNotEmpty()
          .allSatisfy(o -> {
            assertThat(text(o, "event")).isEqualTo("excluded");
            assertThat(text(o, "reason")).contains("must not go to demo");
          });
    }

    @Test
    void statusListsTheDemo() {
      Cli cli = Cli.run("ai", "status", "--json");
      assertThat(cli.status()).isZero();
      assertThat(objects(cli)).hasSize(1);
      Json.Obj demo = objects(cli).getFirst();
      assertThat(text(demo, "event")).isEqualTo("provider");
      assertThat(text(demo, "provider")).isEqualTo("demo");
      assertThat(demo.bool("usable")).contains(true);
      assertThat(demo.array("models")).isNotEmpty();
      assertThat(Cli.run("ai", "status").out()).contains("demo").contains("circuit closed");
    }
  }

  /** A process of its own, whose environment has the keys. */
  @Nested
  final class WithKeysFromTheEnvironment {
    private static final String KEY = "canary-0123456789abcdef";
    private final ScriptedServer server = ScriptedServer.start();
    @TempDir private Path folder;

    private Cli run(String... args) throws Exception {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("-XX:TieredStopAtLevel=1");
      command.add("-cp");
      command.add(
          System.getProperty("jdk.module.path", "")
              + File.pathSeparator
              + System.getProperty("java.class.path", ""));
      command.add("dev.gatun.examples.Main");
      command.addAll(List.of(args));
      Path out = folder.resolve("out");
      Path err = folder.resolve("err");
      ProcessBuilder b =
          new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
      b.environment().keySet().removeIf(n -> n.matches("[A-Z]+_(API_KEYS?|BASE_URL)"));
      for (Dialect d : List.of(Dialect.OPENAI, Dialect.ANTHROPIC)) {
        b.environment().put(d.name() + "_API_KEY", KEY);
        b.environment().put(d.name() + "_BASE_URL", server.baseUrl(d));
      }
      Process p = b.start();
      try {
        assertThat(p.waitFor(60, TimeUnit.SECONDS)).as("ends in time").isTrue();
        Cli cli = new Cli(p.exitValue(), read(out), read(err));
        assertThat(cli.out() + cli.err()).doesNotContain(KEY);
        return cli;
      } finally {
        p.destroyForcibly();
        server.close();
      }
    }

    private static String read(Path file) throws IOException {
      return Files.readString(file);
    }

    @Test
    void askStreamsFromTheProviderThatSuitsTheTask() throws Exception {
      server.otherwise(Script.reply("Rayleigh scattering, mostly."));
      Cli cli = run("ai", "ask", QUESTION, "--task", "reasoning", "--stream", "--json");
      assertThat(cli.status()).as(cli.err()).isZero();
      Json.Obj answer = objects(cli).getLast();
      assertThat(text(answer, "text")).isEqualTo("Rayleigh scattering, mostly.");
      assertThat(text(answer, "served")).startsWith("anthropic/");
      assertThat(server.requests().getFirst().key()).isEqualTo(KEY);
    }

    @Test
    void refusedKeysAreOneSentenceAndStatus2() throws Exception {
      server.otherwise(Script.fail(Failure.AUTHENTICATION, "Incorrect API key " + KEY));
      Cli cli = run("ai", "ask", QUESTION);
      assertThat(cli.status()).isEqualTo(2);
      assertThat(cli.out()).isEmpty();
      assertThat(cli.err()).contains("gatun: ").contains("401").doesNotContain("at dev.gatun");
    }

    @Test
    void statusNamesKeysByTheirFingerprintAndAsksNobody() throws Exception {
      Cli cli = run("ai", "status", "--json");
      assertThat(cli.status()).isZero();
      assertThat(objects(cli))
          .extracting(o -> text(o, "provider"))
          .containsExactlyInAnyOrder("openai", "anthropic");
      assertThat(objects(cli))
          .allSatisfy(o -> assertThat(o.array("keys").toString()).contains("sha256:"));
      assertThat(server.count()).isZero();
    }
  }
}
