package dev.gatun.ai.provider;

import dev.gatun.ai.contract.ProviderContract;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.testkit.Dialect;

class XAiChatTest extends ProviderContract {
  XAiChatTest() {
    super(Dialect.XAI, Trait.TOOLS, Trait.CACHE_READS, Trait.REASONING_TOKENS, Trait.REPORTED_COST);
  }

  @Override
  protected Provider provider(String baseUrl, String key) {
    return XAi.builder().chatCompletions().key(key).baseUrl(baseUrl).build();
  }
}
