package dev.gatun.ai.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.Capability;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.provider.OpenAi;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.Provider;
import java.time.LocalDate;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogTest {
  private final Catalog catalog = Catalog.shipped();

  private ModelInfo model(String name) {
    return catalog.find(ModelRef.parse(name)).orElseThrow();
  }

  @Test
  void itHasADate() {
    assertThat(catalog.date()).isEqualTo(LocalDate.of(2026, 11, 25));
    assertThat(catalog.models().values())
        .allSatisfy(
            m -> assertThat(m.prices().orElseThrow().since()).isBeforeOrEqualTo(catalog.date()));
  }

  @ParameterizedTest
  @CsvSource({
    "openai/gpt-5.6-sol-2026-07-09, openai/gpt-5.6-sol",
    "anthropic/claude-opus-5-5-20260922, anthropic/claude-opus-5-5",
    "anthropic/claude-opus-5@20260724, anthropic/claude-opus-5",
    "anthropic/claude-haiku-4-5-20251001, anthropic/claude-haiku-4-5",
    "gemini/gemini-3.8-flash-001, gemini/gemini-3.8-flash",
    "xai/grok-4.7-latest, xai/grok-4.7",
  })
  void aVersionIsItsModel(String version, String base) {
    ModelInfo found = model(version);
    assertThat(found.ref()).hasToString(version);
    assertThat(found).isEqualTo(model(base).named(found.ref()));
    assertThat(found.prices()).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "openai/gpt-5.6-sol-mini",
    "openai/gpt-6-astra-2026-09",
    "openai/-20260909",
    "xai/gpt-6-astra-2026-09-03",
    "anthropic/claude-opus-6-20270101",
    "openai/gemini-embedding-001",
  })
  void anotherNameIsAnotherModel(String name) {
    assertThat(catalog.find(ModelRef.parse(name))).isEmpty();
  }

  /** A number may be part of a model's own name. */
  @Test
  void whatIsListedIsMeant() {
    assertThat(model("gemini/gemini-embedding-001").can(java.util.Set.of(Capability.EMBEDDINGS)))
        .isTrue();
  }

  @Test
  void aProviderKnowsTheVersionsOfItsModels() {
    try (Provider p = OpenAi.builder().key("a-key").build()) {
      ModelInfo m = p.model("gpt-6-luna-2026-09-22").orElseThrow();
      assertThat(m).isEqualTo(model("openai/gpt-6-luna").named(m.ref()));
      assertThat(p.model("another").orElseThrow().prices()).isEmpty();
    }
  }

  /** A million tokens each of prompt, cached prompt and answer: where the tiers begin. */
  @ParameterizedTest
  @CsvSource({
    // model, tokens of prompt, of which cached, answer, dollars
    "openai/gpt-6-astra, 272000, 100000, 1000000, 51.82",
    "openai/gpt-6-astra, 272001, 100000, 1000000, 78.64002",
    "openai/gpt-6.1-sol, 200000, 100000, 1000000, 10.21",
    "openai/gpt-6.1-sol, 300000, 100000, 1000000, 15.82",
    "openai/gpt-6-luna, 200000, 100000, 1000000, 0.511",
    "openai/gpt-6-luna, 300000, 100000, 1000000, 0.792",
    "openai/gpt-5.6-sol, 200000, 100000, 1000000, 20.44",
    "openai/gpt-5.6-sol, 300000, 100000, 1000000, 31.68",
    "anthropic/claude-opus-5-5, 200000, 100000, 1000000, 20.42",
    "anthropic/claude-sonnet-5-5, 200000, 100000, 1000000, 10.21",
    "anthropic/claude-haiku-5-5, 100000, 50000, 1000000, 0.5055",
    "anthropic/claude-haiku-5-5, 200000, 100000, 1000000, 2.555",
    "anthropic/claude-fable-5-1, 200000, 100000, 1000000, 51.025",
    "gemini/gemini-3.8-flash, 200000, 100000, 1000000, 3.8325",
    "xai/grok-4.7, 199999, 100000, 1000000, 6.249998",
    "xai/grok-4.7, 200000, 100000, 1000000, 12.5",
    "perplexity/sonar, 200000, 100000, 1000000, 2.53125",
  })
  void pricesAndTheirTiers(String name, long prompt, long cached, long answer, String dollars) {
    Usage usage =
        new Usage(prompt - cached, cached, 0, 0, answer, 0, 0, 1, Optional.empty(), false);
    assertThat(model(name).prices().orElseThrow().of(usage)).isEqualTo(Usd.of(dollars));
  }

  @Test
  void cacheWritesAndSearches() {
    Usage writes = new Usage(0, 0, 1_000_000, 0, 0, 0, 0, 1, Optional.empty(), false);
    Usage hour = new Usage(0, 0, 0, 1_000_000, 0, 0, 0, 1, Optional.empty(), false);
    Usage search = new Usage(0, 0, 0, 0, 0, 0, 2, 1, Optional.empty(), false);
    var sonnet = model("anthropic/claude-sonnet-5-5").prices().orElseThrow();
    assertThat(sonnet.of(writes)).isEqualTo(Usd.of("2.5"));
    assertThat(sonnet.of(hour)).isEqualTo(Usd.of("4"));
    Usage small = new Usage(0, 0, 100_000, 0, 0, 0, 0, 1, Optional.empty(), false);
    assertThat(model("openai/gpt-6-luna").prices().orElseThrow().of(small))
        .isEqualTo(Usd.of("0.0125"));
    assertThat(model("perplexity/sonar").prices().orElseThrow().of(search))
        .isEqualTo(Usd.of("0.005"));
  }

  /** What the makers' pages say of them: no temperature, no demanded tools. */
  @Test
  void modelsThatAlwaysReasonCannotBeForced() {
    for (String name : new String[] {"opus-5-5", "sonnet-5-5", "fable-5-1"}) {
      ModelInfo m = model("anthropic/claude-" + name);
      assertThat(m.capabilities())
          .contains(Capability.TOOLS, Capability.REASONING)
          .doesNotContain(Capability.FORCED_TOOLS, Capability.TEMPERATURE);
    }
  }
}
