package dev.gatun.ai.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.CacheMode;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.DataPolicy;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Part;
import dev.gatun.ai.ReasoningEffort;
import dev.gatun.ai.ResponseFormat;
import dev.gatun.ai.Task;
import dev.gatun.ai.Tool;
import dev.gatun.ai.ToolChoice;
import dev.gatun.ai.Usd;
import dev.gatun.ai.WebSearch;
import dev.gatun.ai.json.Json;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class CacheKeyTest {
  private static final Json.Obj SCHEMA = Json.object("type", Json.of("object"));

  /** For each component, values that differ from each other and from the default. */
  private static Map<String, List<Object>> changes() {
    Map<String, List<Object>> m = new LinkedHashMap<>();
    m.put("task", List.of(Task.CODE, Task.RESEARCH));
    m.put(
        "messages",
        List.of(
            List.of(Message.user("a"), Message.user("b")),
            List.of(Message.user("ab")),
            List.of(Message.assistant("a")),
            List.of(Message.system("a")),
            List.of(Message.user(new Part.Text("a"), new Part.Text("b"))),
            List.of(Message.user(Part.Image.of("image/png", new byte[] {1}))),
            List.of(Message.user(Part.Image.of("image/png", new byte[] {2}))),
            List.of(Message.user(Part.Image.of("image/gif", new byte[] {2}))),
            List.of(Message.user(Part.Image.of(java.net.URI.create("https://a.example/")))),
            List.of(Message.user(new Part.ToolCall("i", "n", "{}"))),
            List.of(Message.user(new Part.ToolCall("i", "n", "{}", "s"))),
            List.of(Message.user(new Part.ToolResult("i", "n", "c", false))),
            List.of(Message.user(new Part.ToolResult("i", "n", "c", true))),
            List.of(Message.user(new Part.Reasoning("a", ""))),
            List.of(Message.user(new Part.Reasoning("a", "s")))));
    m.put(
        "model", List.of(Optional.of(new ModelRef("p", "m")), Optional.of(new ModelRef("q", "m"))));
    m.put("maxOutputTokens", List.of(OptionalInt.of(1), OptionalInt.of(2)));
    m.put("temperature", List.of(OptionalDouble.of(0), OptionalDouble.of(0.5)));
    m.put("topP", List.of(OptionalDouble.of(0), OptionalDouble.of(0.5)));
    m.put("seed", List.of(OptionalLong.of(0), OptionalLong.of(1)));
    m.put("stop", List.of(List.of("a"), List.of("a", "b"), List.of("ab")));
    m.put(
        "tools",
        List.of(
            List.of(new Tool("a", "", SCHEMA, false)),
            List.of(new Tool("a", "", SCHEMA, true)),
            List.of(new Tool("a", "d", SCHEMA, false)),
            List.of(new Tool("a", "", Json.Obj.EMPTY, false))));
    m.put("toolChoice", List.of(ToolChoice.NONE, ToolChoice.REQUIRED, new ToolChoice.Named("a")));
    m.put("parallelToolCalls", List.of(false));
    m.put(
        "format",
        List.of(
            new ResponseFormat.JsonObject(),
            new ResponseFormat.JsonSchema("a", SCHEMA),
            new ResponseFormat.JsonSchema("b", SCHEMA),
            new ResponseFormat.JsonSchema("a", Json.Obj.EMPTY)));
    m.put(
        "reasoning", List.of(Optional.of(ReasoningEffort.LOW), Optional.of(ReasoningEffort.HIGH)));
    m.put(
        "search",
        List.of(
            Optional.of(WebSearch.ANY), Optional.of(new WebSearch(List.of("a.example"), "", ""))));
    m.put("maxCost", List.of(Optional.of(Usd.cents(1)), Optional.of(Usd.cents(2))));
    m.put(
        "data",
        List.of(
            new DataPolicy(Set.of("a"), Set.of(), false),
            new DataPolicy(Set.of(), Set.of("a"), false),
            new DataPolicy(Set.of(), Set.of(), true)));
    m.put("tenant", List.of("a", "b"));
    m.put(
        "extra",
        List.of(
            Json.object("a", Json.NULL),
            Json.object("a", Json.of(1)),
            Json.object("a", Json.of("1"))));
    return m;
  }

  private static final Map<String, Object> NOT_ASKED =
      Map.of(
          "timeout", Optional.of(Duration.ofSeconds(1)),
          "cache", CacheMode.REFRESH,
          "metadata", Map.of("a", "b"));

  @Test
  void everyComponentButThoseOfTheCallChangesTheKey() throws Exception {
    ChatRequest base = ChatRequest.of("a");
    List<String> keys = new ArrayList<>(List.of(CacheKey.of(base)));
    Map<String, List<Object>> changes = changes();
    for (RecordComponent c : ChatRequest.class.getRecordComponents()) {
      if (NOT_ASKED.containsKey(c.getName())) {
        assertThat(CacheKey.of(with(base, c.getName(), NOT_ASKED.get(c.getName()))))
            .as(c.getName())
            .isEqualTo(keys.getFirst());
      } else {
        assertThat(changes).as("a component that this test does not know").containsKey(c.getName());
        for (Object value : changes.get(c.getName())) {
          keys.add(CacheKey.of(with(base, c.getName(), value)));
        }
      }
    }
    assertThat(new HashSet<>(keys)).hasSameSizeAs(keys);
  }

  @Test
  void equalRequestsHaveEqualKeys() {
    assertThat(CacheKey.of(ChatRequest.of("a"))).isEqualTo(CacheKey.of(ChatRequest.of("a")));
    Json.Obj ab = Json.object().put("a", 1).put("b", 2).build();
    Json.Obj ba = Json.object().put("b", 2).put("a", 1).build();
    assertThat(CacheKey.of(ChatRequest.builder().user("a").extra(ab).build()))
        .isEqualTo(CacheKey.of(ChatRequest.builder().user("a").extra(ba).build()));
  }

  @Property
  void textsDoNotRunTogether(@ForAll List<String> a, @ForAll List<String> b) {
    ChatRequest x = ChatRequest.builder().user("q").stop(a).build();
    ChatRequest y = ChatRequest.builder().user("q").stop(b).build();
    assertThat(CacheKey.of(x).equals(CacheKey.of(y))).isEqualTo(a.equals(b));
  }

  private static ChatRequest with(ChatRequest base, String name, Object value) throws Exception {
    RecordComponent[] components = ChatRequest.class.getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          components[i].getName().equals(name) ? value : components[i].getAccessor().invoke(base);
    }
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    return ChatRequest.class.getDeclaredConstructor(types).newInstance(values);
  }
}
