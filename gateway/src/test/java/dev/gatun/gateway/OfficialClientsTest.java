package dev.gatun.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.StopReason;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.NotFoundException;
import com.openai.errors.SseException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Message;
import dev.gatun.ai.Part;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.Usage;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unmodified clients of OpenAI and Anthropic, with no more than another base URL. */
class OfficialClientsTest {
  private final Running running = new Running("GATUN_API_KEYS", "acme:" + Running.KEY);

  @AfterEach
  void stop() {
    running.close();
  }

  private OpenAIClient openAi(String key) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(running.url("/v1"))
        .apiKey(key)
        .maxRetries(0)
        .build();
  }

  private AnthropicClient anthropic() {
    return AnthropicOkHttpClient.builder()
        .baseUrl(running.url(""))
        .apiKey(Running.KEY)
        .maxRetries(0)
        .build();
  }

  private static ChatCompletionCreateParams question() {
    return ChatCompletionCreateParams.builder()
        .model("scripted/m")
        .addSystemMessage("Be brief")
        .addUserMessage("hi")
        .temperature(0.5)
        .maxCompletionTokens(50)
        .build();
  }

  @Test
  void openAiChat() {
    ChatCompletion answer = openAi(Running.KEY).chat().completions().create(question());
    answer.validate();
    assertThat(answer.choices().getFirst().message().content()).contains("hello");
    assertThat(answer.usage().orElseThrow().totalTokens()).isEqualTo(17);
    var sent = running.provider.calls.getFirst().request();
    assertThat(sent.systemText()).isEqualTo("Be brief");
    assertThat(sent.temperature()).hasValue(0.5);
    assertThat(sent.maxOutputTokens()).hasValue(50);
  }

  @Test
  void openAiFilesAndModels(@TempDir Path folder) throws Exception {
    OpenAIClient client = openAi(Running.KEY);
    Path csv = Files.writeString(folder.resolve("data.csv"), "a,b\n1,2\n");
    FileObject file =
        client
            .files()
            .create(FileCreateParams.builder().file(csv).purpose(FilePurpose.USER_DATA).build());
    file.validate();
    assertThat(file.filename()).isEqualTo("data.csv");
    assertThat(file.bytes()).isEqualTo(8);
    assertThat(client.files().retrieve(file.id())).isEqualTo(file);
    assertThat(client.files().list().autoPager().stream().map(FileObject::id))
        .containsExactly(file.id());
    try (var content = client.files().content(file.id())) {
      assertThat(content.body().readAllBytes()).asString().isEqualTo("a,b\n1,2\n");
    }
    assertThat(client.files().delete(file.id()).deleted()).isTrue();
    assertThatThrownBy(() -> client.files().retrieve(file.id()))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("There is no such file");
    assertThat(client.models().retrieve("scripted/m").id()).isEqualTo("scripted/m");
    assertThatThrownBy(() -> client.models().delete("model-none"))
        .isInstanceOf(NotFoundException.class);
  }

  private void scriptStream() {
    running.provider.next(
        new StreamEvent.Text("hel"),
        new StreamEvent.Text("lo"),
        new StreamEvent.ToolCall(0, "c1", "f", "", ""),
        new StreamEvent.ToolCall(0, "", "", "{\"a\":", ""),
        new StreamEvent.ToolCall(0, "", "", "1}", ""),
        new StreamEvent.ToolCall(1, "c2", "g", "{}", ""),
        new StreamEvent.Finished(
            new FinishReason(FinishReason.Kind.TOOL_CALLS, "x"), Usage.of(3, 4), Json.Obj.EMPTY));
  }

  @Test
  void openAiStreamWithToolCalls() {
    scriptStream();
    ChatCompletionAccumulator all = ChatCompletionAccumulator.create();
    try (var stream = openAi(Running.KEY).chat().completions().createStreaming(question())) {
      stream.stream().forEach((ChatCompletionChunk c) -> all.accumulate(c));
    }
    var choice = all.chatCompletion().choices().getFirst();
    assertThat(choice.message().content()).contains("hello");
    assertThat(choice.message().toolCalls().orElseThrow())
        .extracting(c -> c.asFunction().function().name() + c.asFunction().function().arguments())
        .containsExactly("f{\"a\":1}", "g{}");
    assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
  }

  @Test
  void openAiErrors() {
    assertThatThrownBy(() -> openAi("another").chat().completions().create(question()))
        .isInstanceOf(UnauthorizedException.class);
    running.provider.next(
        new StreamEvent.Text("hel"), new AiException.StreamTruncated(Failure.of("ended early")));
    assertThatThrownBy(
            () -> {
              try (var s = openAi(Running.KEY).chat().completions().createStreaming(question())) {
                s.stream().forEach(_ -> {});
              }
            })
        .isInstanceOf(SseException.class);
  }

  @Test
  void openAiEmbeddings() {
    var answer =
        openAi(Running.KEY)
            .embeddings()
            .create(
                EmbeddingCreateParams.builder()
                    .model("scripted/m")
                    .inputOfArrayOfStrings(List.of("a", "abc"))
                    .build());
    assertThat(answer.data().get(1).embedding()).containsExactly(3f, 0.5f);
  }

  @Test
  void openAiModels() {
    assertThat(openAi(Running.KEY).models().list().data())
        .extracting(m -> m.id())
        .containsExactly("auto", "scripted/m");
  }

  private static MessageCreateParams message() {
    return MessageCreateParams.builder()
        .model("scripted/m")
        .maxTokens(50)
        .system("Be brief")
        .addUserMessage("hi")
        .build();
  }

  @Test
  void anthropicMessages() {
    running.provider.next(
        new Message(
            Message.Role.ASSISTANT,
            List.of(
                new Part.Reasoning("hm", "sig"),
                new Part.Text("hello"),
                new Part.ToolCall("c1", "f", "{\"a\":1}"))));
    var answer = anthropic().messages().create(message());
    answer.validate();
    assertThat(answer.content()).hasSize(3);
    assertThat(answer.content().get(0).asThinking().signature()).isEqualTo("scripted/m:sig");
    assertThat(answer.content().get(1).asText().text()).isEqualTo("hello");
    assertThat(answer.content().get(2).asToolUse().name()).isEqualTo("f");
    assertThat(answer.stopReason()).contains(StopReason.TOOL_USE);
    assertThat(answer.usage().inputTokens()).isEqualTo(7);
    assertThat(running.provider.calls.getFirst().request().systemText()).isEqualTo("Be brief");
  }

  @Test
  void anthropicStreamWithToolCalls() {
    scriptStream();
    MessageAccumulator all = MessageAccumulator.create();
    try (var stream = anthropic().messages().createStreaming(message())) {
      stream.stream().forEach(all::accumulate);
    }
    var content = all.message().content();
    assertThat(content).hasSize(3);
    assertThat(content.get(0).asText().text()).isEqualTo("hello");
    assertThat(content.get(1).asToolUse()._input().toString()).contains("a=1");
    assertThat(content.get(2).asToolUse().name()).isEqualTo("g");
  }

  @Test
  void anthropicErrors() {
    running.provider.next(new StreamEvent.Text("x"));
    assertThatThrownBy(
            () -> anthropic().messages().create(message().toBuilder().model("none/such").build()))
        .isInstanceOf(com.anthropic.errors.NotFoundException.class);
  }
}
