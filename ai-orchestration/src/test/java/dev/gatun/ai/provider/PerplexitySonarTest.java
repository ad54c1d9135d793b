package dev.gatun.ai.provider;

import dev.gatun.ai.contract.ProviderContract;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.testkit.Dialect;

class PerplexitySonarTest extends ProviderContract {
  PerplexitySonarTest() {
    super(Dialect.PERPLEXITY, Trait.REASONING_TOKENS, Trait.REPORTED_COST);
  }

  @Override
  protected Provider provider(String baseUrl, String key) {
    return Perplexity.builder().sonar().key(key).baseUrl(baseUrl).build();
  }
}
