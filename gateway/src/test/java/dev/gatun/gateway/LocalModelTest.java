package dev.gatun.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.ChatStream;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.Usd;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.autograd.Tape;
import dev.gatun.gateway.compute.Workers;
import dev.gatun.gateway.local.LocalModel;
import dev.gatun.nn.Init;
import dev.gatun.nn.loss.Losses;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.text.Characters;
import dev.gatun.nn.text.Gpt;
import dev.gatun.nn.text.GptConfig;
import dev.gatun.nn.text.LanguageModel;
import dev.gatun.nn.text.Sampler;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small network, trained here, that answers in the gateway's own process. */
class LocalModelTest {
  private static final String TEXT = "the lake lies between two seas, and ships pass it. ";
  private static final String PROMPT = "and ships";

  @TempDir private static Path folder;
  private static final Workers workers = new Workers();

  /** What nn itself writes after the prompt. */
  private static String expected = "";

  @BeforeAll
  static void train() {
    Characters characters = Characters.of(TEXT);
    GptConfig config = new GptConfig(characters.size(), 32, 32, 2, 1);
    int[] all = characters.encode(TEXT.repeat(4));
    try (Gpt gpt = Init.seeded(7, () -> new Gpt(config));
        Optimizer optimizer = AdamW.of(gpt.parameters()).learningRate(3e-3).build()) {
      for (int step = 0; step < 40; step++) {
        int[] x = new int[4 * 32];
        int[] y = new int[4 * 32];
        for (int row = 0; row < 4; row++) {
          int from = (step * 13 + row * 7) % TEXT.length();
          System.arraycopy(all, from, x, row * 32, 32);
          System.arraycopy(all, from + 1, y, row * 32, 32);
        }
        try (Scope _ = Scope.open();
            Tape tape = Tape.record()) {
          Tensor logits = gpt.forward(Tensor.of(x, Shape.of(4, 32)));
          optimizer.step(tape.gradients(Losses.crossEntropy(logits.flatten(0, 1), Tensor.of(y))));
        }
      }
      LanguageModel model = new LanguageModel(gpt, characters);
      model.save(folder.resolve("lakes"));
      StringBuilder text = new StringBuilder();
      try (var generation = model.continuing(PROMPT, new Sampler(0, 1, 0))) {
        for (int i = 0; i < 60; i++) {
          text.append(generation.next());
        }
      }
      expected = text.toString();
    }
  }

  @AfterAll
  static void stop() {
    workers.close();
  }

  private static Provider model() {
    return LocalModel.read(
            ProviderConfig.of(Map.of("GATUN_LOCAL_MODEL", folder.resolve("lakes").toString())),
            workers)
        .orElseThrow();
  }

  private static String written(String answer) {
    assertThat(answer)
        .matches(
            "(?s)This is Gatun's local model lakes: a small network of [0-9,]+ "
                + "parameters that continues a text by its last 32 characters, and knows nothing\\.\\R.*");
    return answer.substring(answer.indexOf('\n') + 1);
  }

  private static String body(String more) {
    return "{\"model\":\"local/lakes\",\"messages\":[{\"role\":\"user\",\"content\":\""
        + PROMPT
        + "\"}]"
        + more
        + "}";
  }

  @Test
  void itWritesWhatTheNetworkWritesAndSaysWhatItIs() throws Exception {
    try (Running running = new Running(List.of(model()))) {
      HttpResponse<String> r =
          running.post("/v1/chat/completions", body(",\"temperature\":0,\"max_tokens\":60"));
      assertThat(r.statusCode()).as(r.body()).isEqualTo(200);
      Json.Obj answer = Running.json(r);
      Json.Obj choice = (Json.Obj) answer.array("choices").getFirst();
      assertThat(written(choice.object("message").string("content").orElseThrow()))
          .isEqualTo(expected);
      assertThat(choice.string("finish_reason")).contains("length");
      assertThat(answer.object("usage").integer("prompt_tokens")).hasValue(PROMPT.length());
      assertThat(answer.object("usage").integer("completion_tokens")).hasValue(60);
      assertThat(r.headers().firstValue("X-Gatun-Model")).contains("local/lakes");
      assertThat(Double.parseDouble(r.headers().firstValue("X-Gatun-Cost-Usd").orElseThrow()))
          .isZero();

      HttpResponse<String> streamed =
          running.post(
              "/v1/chat/completions", body(",\"temperature\":0,\"max_tokens\":60,\"stream\":true"));
      assertThat(written(text(streamed.body()))).isEqualTo(expected);
      assertThat(streamed.body()).endsWith("data: [DONE]\n\n");

      HttpResponse<String> messages =
          running.post("/v1/messages", body(",\"temperature\":0,\"max_tokens\":60"));
      Json.Obj content = (Json.Obj) Running.json(messages).array("content").getFirst();
      assertThat(written(content.string("text").orElseThrow())).isEqualTo(expected);

      assertThat(
              running
                  .post(
                      "/v1/chat/completions",
                      body(",\"response_format\":{\"type\":\"json_object\"}"))
                  .statusCode())
          .isEqualTo(400);
      assertThat(running.get("/v1/models").body()).contains("local/lakes");
    }
  }

  private static String text(String stream) {
    StringBuilder out = new StringBuilder();
    for (String line : stream.lines().toList()) {
      if (line.startsWith("data: {") && Json.parse(line.substring(6)) instanceof Json.Obj o) {
        for (Json choice : o.array("choices")) {
          out.append(((Json.Obj) choice).object("delta").string("content").orElse(""));
        }
      }
    }
    return out.toString();
  }

  private static ChatRequest.Builder request() {
    return ChatRequest.builder().user(PROMPT).temperature(0).maxOutputTokens(60);
  }

  @Test
  void textsThatStopAreNeverTold() {
    try (AiClient client = AiClient.builder().provider(model()).build()) {
      for (String stop : List.of(expected.substring(10, 14), expected.substring(7, 8))) {
        String before = expected.substring(0, expected.indexOf(stop));
        ChatResponse whole = client.chat(request().stop(List.of("never", stop)).build());
        assertThat(written(whole.text())).isEqualTo(before);
        assertThat(whole.finish().raw()).isEqualTo("stop");
        StringBuilder streamed = new StringBuilder();
        try (ChatStream stream = client.stream(request().stop(List.of(stop, "never")).build())) {
          for (StreamEvent e : stream) {
            if (e instanceof StreamEvent.Text t) {
              streamed.append(t.delta());
            }
          }
        }
        assertThat(written(streamed.toString())).isEqualTo(before);
      }
    }
  }

  @Test
  void seedsRepeatAndItsOwnWordsAreNoPartOfATalk() {
    try (AiClient client = AiClient.builder().provider(model()).build()) {
      ChatRequest wild = request().temperature(1.5).topP(0.95).seed(3).build();
      String first = client.chat(wild).text();
      assertThat(client.chat(wild).text()).isEqualTo(first);
      assertThat(client.chat(wild.toBuilder().seed(4).build()).text()).isNotEqualTo(first);

      ChatResponse once = client.chat(request().build());
      ChatResponse talk =
          client.chat(
              ChatRequest.builder()
                  .user(PROMPT)
                  .message(Message.assistant(once.text()))
                  .user("x")
                  .temperature(0)
                  .maxOutputTokens(1)
                  .build());
      // The prompt, a line (which its vocabulary lacks), 60 characters, and no x.
      assertThat(talk.usage().input()).isEqualTo(PROMPT.length() + 60);
      assertThat(talk.cost().amount()).isEqualTo(Usd.ZERO);
      assertThat(talk.usage().estimated()).isFalse();
    }
  }

  @Test
  void whoLeavesGivesThePlaceToOthers() {
    ChatRequest endless = request().maxOutputTokens(8000).build();
    try (AiClient client = AiClient.builder().provider(model()).maxAttempts(1).build()) {
      List<ChatStream> open = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        ChatStream stream = client.stream(endless);
        Iterator<StreamEvent> events = stream.iterator();
        for (int e = 0; e < 3; e++) {
          assertThat(events.next()).isNotInstanceOf(StreamEvent.Finished.class);
        }
        open.add(stream);
      }
      assertThatThrownBy(() -> client.chat(endless)).isInstanceOf(AiException.class);
      open.forEach(ChatStream::close);
      assertThat(written(client.chat(request().build()).text())).isEqualTo(expected);
    }
  }

  @Test
  void withoutAnyKeyItAnswersInsteadOfTheDemo() {
    try (AiClient client =
        AiClient.builder().provider(model()).discover(ProviderConfig.of(Map.of())).build()) {
      assertThat(client.status().providers()).hasSize(1);
      assertThat(client.chat(request().build()).served()).isEqualTo(new ModelRef("local", "lakes"));
    }
  }

  @Test
  void aDamagedFolderIsToldInOneSentence() throws IOException {
    Path broken = folder.resolve("broken");
    Files.createDirectories(broken);
    assertThatThrownBy(() ->
            LocalModel.read(
                ProviderConfig.of(Map.of("GATUN_LOCAL_MODEL", broken.toString())), workers))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "GATUN_LOCAL_MODEL: The folder " + broken + " is no model: it has no config.json");
    assertThat(LocalModel.read(ProviderConfig.of(Map.of()), workers)).isEmpty();
  }
}
