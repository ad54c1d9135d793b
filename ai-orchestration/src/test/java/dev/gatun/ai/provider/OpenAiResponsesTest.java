package dev.gatun.ai.provider;

import dev.gatun.ai.contract.ProviderContract;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.testkit.Dialect;

class OpenAiResponsesTest extends ProviderContract {
  OpenAiResponsesTest() {
    super(Dialect.OPENAI, Trait.TOOLS, Trait.EMBEDDINGS, Trait.CACHE_READS, Trait.REASONING_TOKENS);
  }

  @Override
  protected Provider provider(String baseUrl, String key) {
    return OpenAi.builder().responses().key(key).baseUrl(baseUrl).build();
  }
}
