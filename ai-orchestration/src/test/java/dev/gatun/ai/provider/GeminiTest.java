package dev.gatun.ai.provider;

import dev.gatun.ai.contract.ProviderContract;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.testkit.Dialect;

class GeminiTest extends ProviderContract {
  GeminiTest() {
    super(Dialect.GEMINI, Trait.TOOLS, Trait.EMBEDDINGS, Trait.CACHE_READS, Trait.REASONING_TOKENS);
  }

  @Override
  protected Provider provider(String baseUrl, String key) {
    return Gemini.builder().key(key).baseUrl(baseUrl).build();
  }
}
