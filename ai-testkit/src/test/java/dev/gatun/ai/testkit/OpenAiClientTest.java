package dev.gatun.ai.testkit;

import static dev.gatun.ai.testkit.Position.afterTokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** OpenAI's own client takes what the server says. */
class OpenAiClientTest {
  private final ScriptedServer server = ScriptedServer.start();
  private final OpenAIClient client =
      OpenAIOkHttpClient.builder()
          .baseUrl(server.baseUrl(Dialect.OPENAI))
          .apiKey("sk-test")
          .maxRetries(0)
          .build();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private static ChatCompletionCreateParams ask(String text) {
    return ChatCompletionCreateParams.builder()
        .model("gpt-5.4")
        .addUserMessage(text)
        .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
        .build();
  }

  private ChatCompletion streamed(ChatCompletionCreateParams params) {
    var accumulator = ChatCompletionAccumulator.create();
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(params)) {
      stream.stream().forEach(accumulator::accumulate);
    }
    return accumulator.chatCompletion();
  }

  @Test
  void aStreamAddsUpToTheWholeReply() {
    server.otherwise(Script.reply("Gatun is a lake, and a lock."));
    ChatCompletion whole = client.chat().completions().create(ask("What is Gatun?"));
    ChatCompletion streamed = streamed(ask("What is Gatun?"));
    assertThat(whole.choices().getFirst().message().content())
        .hasValue("Gatun is a lake, and a lock.");
    assertThat(streamed.choices().getFirst().message().content())
        .isEqualTo(whole.choices().getFirst().message().content());
    assertThat(streamed.choices().getFirst().finishReason())
        .isEqualTo(whole.choices().getFirst().finishReason());
    assertThat(streamed.usage()).isEqualTo(whole.usage());
    assertThat(server.count(Dialect.OPENAI)).isEqualTo(2);
  }

  @Test
  void aCutStreamThrows() {
    server.script(Script.reply("one two three").cut(afterTokens(1)));
    assertThatThrownBy(() -> streamed(ask("count"))).isInstanceOf(RuntimeException.class);
    assertThat(server.requests().getFirst().end()).isEqualTo(RecordedRequest.End.FAULTED);
  }
}
