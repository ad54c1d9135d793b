package dev.gatun.ai.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.WebSearch;
import dev.gatun.ai.contract.ProviderContract;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Script;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenAiResponsesTest extends ProviderContract {
  OpenAiResponsesTest() {
    super(Dialect.OPENAI, Trait.TOOLS, Trait.EMBEDDINGS, Trait.CACHE_READS, Trait.REASONING_TOKENS);
  }

  @Override
  protected Provider provider(String baseUrl, String key) {
    return OpenAi.builder().responses().key(key).baseUrl(baseUrl).build();
  }

  @Test
  void domainsToLeaveOutAreSent() {
    server().script(Script.reply("hi"));
    chat(
        ChatRequest.builder()
            .user("hi")
            .search(new WebSearch(List.of("-example.com"), "", ""))
            .build());
    assertThat(server().requests().getLast().body())
        .contains("\"filters\":{\"blocked_domains\":[\"example.com\"]}");
  }
}
