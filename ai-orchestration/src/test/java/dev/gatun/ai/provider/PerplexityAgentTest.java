package dev.gatun.ai.provider;

import dev.gatun.ai.contract.ProviderContract;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.testkit.Dialect;

class PerplexityAgentTest extends ProviderContract {
  PerplexityAgentTest() {
    super(Dialect.PERPLEXITY, Trait.TOOLS, Trait.CACHE_READS, Trait.REPORTED_COST);
  }

  @Override
  protected Provider provider(String baseUrl, String key) {
    return Perplexity.builder().key(key).baseUrl(baseUrl).build();
  }
}
