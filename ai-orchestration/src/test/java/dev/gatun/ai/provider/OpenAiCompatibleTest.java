package dev.gatun.ai.provider;

import dev.gatun.ai.contract.ProviderContract;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.testkit.Dialect;

class OpenAiCompatibleTest extends ProviderContract {
  OpenAiCompatibleTest() {
    super(Dialect.OPENAI, Trait.TOOLS, Trait.EMBEDDINGS, Trait.CACHE_READS, Trait.REASONING_TOKENS);
  }

  @Override
  protected Provider provider(String baseUrl, String key) {
    return OpenAiCompatible.at("local", baseUrl).key(key).build();
  }
}
