package dev.gatun.ai.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.contract.ProviderContract;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Script;
import org.junit.jupiter.api.Test;

class OpenAiCompatibleTest extends ProviderContract {
  OpenAiCompatibleTest() {
    super(Dialect.OPENAI, Trait.TOOLS, Trait.EMBEDDINGS, Trait.CACHE_READS, Trait.REASONING_TOKENS);
  }

  @Override
  protected Provider provider(String baseUrl, String key) {
    return OpenAiCompatible.at("local", baseUrl).key(key).build();
  }

  @Test
  void aWordThatServesAsKeyStaysInTheAnswer() {
    server().script(Script.reply("Start ollama first"));
    ChatRequest request =
        ChatRequest.builder().model(new ModelRef("local", "llama3")).user("how?").build();
    try (AiClient client =
        AiClient.builder().provider(provider(server().baseUrl(Dialect.OPENAI), "ollama")).build()) {
      assertThat(client.chat(request).text()).isEqualTo("Start ollama first");
    }
  }

  /** A server may write the slash of a key in either of JSON's ways. */
  @Test
  void aKeyWithEscapesStaysOutOfErrors() {
    String key = "canary/0123456789/abcdef";
    server()
        .script(
            Script.raw(
                200,
                "text/event-stream",
                "data: {\"error\":{\"message\":\"no: "
                    + key.replace("/", "\\/")
                    + "\",\"code\":401}}\n\n"),
            Script.raw(
                401,
                "application/json",
                "{\"error\":{\"message\":\"no: " + key.replace("/", "\\/") + "\"}}"));
    ChatRequest request =
        ChatRequest.builder().model(new ModelRef("local", "llama3")).user("how?").build();
    try (AiClient client =
        AiClient.builder()
            .provider(provider(server().baseUrl(Dialect.OPENAI), key))
            .retriesPerModel(0)
            .build()) {
      assertThatThrownBy(() -> client.stream(request))
          .isInstanceOf(AiException.class)
          .hasMessageContaining("no: [key]");
      assertThatThrownBy(() -> client.chat(request))
          .isInstanceOf(AiException.AuthenticationFailed.class)
          .hasMessageContaining("no: [key]");
    }
  }
}
