package dev.gatun.ai.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Part;
import dev.gatun.ai.ReasoningEffort;
import dev.gatun.ai.ResponseFormat;
import dev.gatun.ai.Tool;
import dev.gatun.ai.ToolChoice;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.WebSearch;
import dev.gatun.ai.catalog.Catalog;
import dev.gatun.ai.contract.ProviderContract;
import dev.gatun.ai.cost.Pricing;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Script;
import dev.gatun.ai.testkit.Tokens;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  private Json.Obj sent(String model, ChatRequest request) {
    server().script(Script.reply("hi"));
    chat(model, request);
    return (Json.Obj) Json.parse(server().requests().getLast().body());
  }

  private Json.Obj sent(String model, ReasoningEffort effort) {
    return sent(model, ChatRequest.builder().user("hi").reasoning(effort).temperature(0.5).build());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "claude-fable-5-1",
        "claude-opus-5-5",
        "claude-sonnet-5",
        "claude-haiku-5-5-20261007",
        "claude-opus-4-7"
      })
  void currentModelsAreToldAnEffort(String model) {
    Json.Obj body = sent(model, ReasoningEffort.HIGH);
    assertThat(body.object("thinking").string("type")).contains("adaptive");
    assertThat(body.object("output_config").string("effort")).contains("high");
    assertThat(body.members()).doesNotContainKey("temperature");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "claude-haiku-4-5",
        "claude-sonnet-4-5-20250929",
        "claude-opus-4-1",
        "claude-sonnet-4-20250514",
        "claude-3-7-sonnet-20250219"
      })
  void olderModelsGetABudget(String model) {
    Json.Obj body = sent(model, ReasoningEffort.LOW);
    assertThat(body.object("thinking").string("type")).contains("enabled");
    assertThat(body.object("thinking").integer("budget_tokens")).hasValue(1024);
    assertThat(body.members()).doesNotContainKeys("output_config", "temperature");
    assertThat(sent(model, ReasoningEffort.NONE).members())
        .containsKey("temperature")
        .doesNotContainKeys("thinking", "output_config");
  }

  @Test
  void noReasoningIsSaidAsTheModelTakesIt() {
    assertThat(sent("claude-opus-5", ReasoningEffort.NONE).object("thinking").string("type"))
        .contains("disabled");
    // These always reason.
    for (String model : List.of("claude-opus-5-5", "claude-fable-5-1", "claude-sonnet-5-5")) {
      Json.Obj body = sent(model, ReasoningEffort.NONE);
      assertThat(body.object("thinking").string("type")).contains("adaptive");
      assertThat(body.object("output_config").string("effort")).contains("low");
    }
  }

  @Test
  void effortAndSchemaShareTheirMember() {
    Json.Obj schema = Json.object("type", Json.of("object"));
    Json.Obj body =
        sent(
            "claude-opus-5-5",
            ChatRequest.builder()
                .user("hi")
                .reasoning(ReasoningEffort.LOW)
                .format(new ResponseFormat.JsonSchema("s", schema))
                .build());
    assertThat(body.object("output_config").string("effort")).contains("low");
    assertThat(body.object("output_config").object("format").object("schema")).isEqualTo(schema);
  }

  /** A budget is refused with a demanded tool, and for a call that came without reasoning. */
  @Test
  void aBudgetIsLeftOutWhereItWouldBeRefused() {
    Tool tool = Tool.of("look", "looks", Json.object("type", Json.of("object")));
    ChatRequest demanded =
        ChatRequest.builder()
            .user("hi")
            .reasoning(ReasoningEffort.LOW)
            .tool(tool)
            .toolChoice(new ToolChoice.Required())
            .build();
    assertThat(sent("claude-haiku-4-5", demanded).members()).doesNotContainKey("thinking");
    Part.ToolCall call = new Part.ToolCall("c", "look", "{}");
    ChatRequest answered =
        ChatRequest.builder()
            .user("hi")
            .message(new Message(Message.Role.ASSISTANT, List.of(call)))
            .message(Message.toolResult(call, "seen"))
            .reasoning(ReasoningEffort.LOW)
            .tool(tool)
            .build();
    assertThat(sent("claude-haiku-4-5", answered).members()).doesNotContainKey("thinking");
    assertThat(sent("claude-opus-5-5", answered).members()).containsKey("thinking");
  }

  @Test
  void strictToolsAndDomainsAreSent() {
    Json.Obj schema = Json.object("type", Json.of("object"));
    ChatRequest.Builder b =
        ChatRequest.builder()
            .user("hi")
            .tool(new Tool("a", "", schema, true))
            .tool(new Tool("b", "", schema, false));
    List<Json> tools =
        sent(
                "claude-opus-5-5",
                b.search(new WebSearch(List.of("example.org", "-example.com"), "", "")).build())
            .array("tools");
    assertThat(((Json.Obj) tools.get(0)).bool("strict")).contains(true);
    assertThat(((Json.Obj) tools.get(1)).members()).doesNotContainKey("strict");
    Json.Obj search = (Json.Obj) tools.get(2);
    assertThat(search.array("allowed_domains")).containsExactly(Json.of("example.org"));
    assertThat(search.members()).doesNotContainKey("blocked_domains");
    search =
        (Json.Obj)
            sent(
                    "claude-opus-5-5",
                    b.search(new WebSearch(List.of("-example.com"), "", "")).build())
                .array("tools")
                .get(2);
    assertThat(search.array("blocked_domains")).containsExactly(Json.of("example.com"));
    assertThat(search.members()).doesNotContainKey("allowed_domains");
  }
}
