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

class XAiResponsesTest extends ProviderContract {
  XAiResponsesTest() {
    super(Dialect.XAI, Trait.TOOLS, Trait.CACHE_READS, Trait.REASONING_TOKENS, Trait.REPORTED_COST);
  }

  @Override
  protected Provider provider(String baseUrl, String key) {
    return XAi.builder().key(key).baseUrl(baseUrl).build();
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
        .contains("\"filters\":{\"excluded_domains\":[\"example.com\"]}");
  }
}
