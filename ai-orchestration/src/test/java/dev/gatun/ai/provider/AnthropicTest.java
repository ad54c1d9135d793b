package dev.gatun.ai.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.catalog.Catalog;
import dev.gatun.ai.contract.ProviderContract;
import dev.gatun.ai.cost.Pricing;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Script;
import dev.gatun.ai.testkit.Tokens;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AnthropicTest extends ProviderContract {
  AnthropicTest() {
    super(Dialect.ANTHROPIC, Trait.TOOLS, Trait.CACHE_READS);
  }

  @Override
  protected Provider provider(String baseUrl, String key) {
    return Anthropic.builder().key(key).baseUrl(baseUrl).build();
  }

  @Test
  void cacheWritesOfBothLives() {
    server()
        .script(Script.reply("hi").tokens(Tokens.of(10, 5).withCacheWrite(20, 3).withSearches(2)));
    Usage u = chat(ChatRequest.of("hi")).usage();
    assertThat(u).isEqualTo(new Usage(10, 0, 20, 3, 5, 0, 2, 1, Optional.empty(), false));
    // $5, $6.25 and $10 a million in, $25 out, a cent a search.
    assertThat(
            Pricing.of(
                    u,
                    Catalog.shipped()
                        .models()
                        .get(new ModelRef("anthropic", "claude-opus-5"))
                        .prices())
                .amount())
        .isEqualTo(Usd.of("0.02033"));
  }
}
