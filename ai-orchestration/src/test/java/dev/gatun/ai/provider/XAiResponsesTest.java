package dev.gatun.ai.provider;

import dev.gatun.ai.contract.ProviderContract;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.testkit.Dialect;

class XAiResponsesTest extends ProviderContract {
  XAiResponsesTest() {
    super(Dialect.XAI, Trait.TOOLS, Trait.CACHE_READS, Trait.REASONING_TOKENS, Trait.REPORTED_COST);
  }

  @Override
  protected Provider provider(String baseUrl, String key) {
    return XAi.builder().key(key).baseUrl(baseUrl).build();
  }
}
