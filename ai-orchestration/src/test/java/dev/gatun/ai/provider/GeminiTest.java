package dev.gatun.ai.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ReasoningEffort;
import dev.gatun.ai.contract.ProviderContract;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Script;
import org.junit.jupiter.api.Test;

class GeminiTest extends ProviderContract {
  GeminiTest() {
    super(Dialect.GEMINI, Trait.TOOLS, Trait.EMBEDDINGS, Trait.CACHE_READS, Trait.REASONING_TOKENS);
  }

  @Override
  protected Provider provider(String baseUrl, String key) {
    return Gemini.builder().key(key).baseUrl(baseUrl).build();
  }

  private Json.Obj thinking(String model, ReasoningEffort effort) {
    server().script(Script.reply("hi"));
    chat(model, ChatRequest.builder().user("hi").reasoning(effort).build());
    return ((Json.Obj) Json.parse(server().requests().getLast().body()))
        .object("generationConfig")
        .object("thinkingConfig");
  }

  @Test
  void modelsFrom3OnGetALevelAndOlderOnesABudget() {
    Json.Obj level = thinking("gemini-3.8-flash", ReasoningEffort.MEDIUM);
    assertThat(level.string("thinkingLevel")).contains("medium");
    assertThat(level.members()).doesNotContainKey("thinkingBudget");
    Json.Obj budget = thinking("gemini-2.5-flash", ReasoningEffort.MEDIUM);
    assertThat(budget.integer("thinkingBudget")).hasValue(8192);
    assertThat(budget.members()).doesNotContainKey("thinkingLevel");
    assertThat(thinking("gemini-2.5-flash", ReasoningEffort.NONE).integer("thinkingBudget"))
        .hasValue(0);
  }
}
