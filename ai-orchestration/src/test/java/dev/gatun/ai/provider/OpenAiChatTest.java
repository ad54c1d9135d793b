package dev.gatun.ai.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ReasoningEffort;
import dev.gatun.ai.Tool;
import dev.gatun.ai.WebSearch;
import dev.gatun.ai.contract.ProviderContract;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Script;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenAiChatTest extends ProviderContract {
  OpenAiChatTest() {
    super(Dialect.OPENAI, Trait.TOOLS, Trait.EMBEDDINGS, Trait.CACHE_READS, Trait.REASONING_TOKENS);
  }

  @Override
  protected Provider provider(String baseUrl, String key) {
    return OpenAi.builder().key(key).baseUrl(baseUrl).build();
  }

  private String path(String model, ChatRequest request) {
    server().script(Script.reply("hi"));
    chat(model, request);
    return server().requests().getLast().path();
  }

  @Test
  void toolsOfNewerModelsAndSearchesGoToResponses() {
    ChatRequest plain = ChatRequest.of("hi");
    ChatRequest tools =
        ChatRequest.builder()
            .user("hi")
            .tool(Tool.of("look", "looks", Json.object("type", Json.of("object"))))
            .build();
    ChatRequest search = ChatRequest.builder().user("hi").search(WebSearch.ANY).build();
    for (String model : List.of("gpt-5.6-luna", "gpt-6.1-sol-2026-09-29", "gpt-6-astra")) {
      assertThat(path(model, plain)).endsWith("/chat/completions");
      assertThat(path(model, tools)).endsWith("/responses");
    }
    for (String model : List.of("gpt-4.1-mini", "gpt-5.4-2026-03-05", "o3")) {
      assertThat(path(model, tools)).endsWith("/chat/completions");
      assertThat(path(model, search)).endsWith("/responses");
    }
  }

  @Test
  void modelsThatCannotButReasonAreToldToReasonLittle() {
    ChatRequest none = ChatRequest.builder().user("hi").reasoning(ReasoningEffort.NONE).build();
    path("gpt-6.1-sol", none);
    assertThat(server().requests().getLast().body()).contains("\"reasoning_effort\":\"low\"");
    path("gpt-6-luna", none);
    assertThat(server().requests().getLast().body()).contains("\"reasoning_effort\":\"none\"");
  }
}
