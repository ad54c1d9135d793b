package dev.gatun.ai.client;

import dev.gatun.ai.Capability;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Task;
import dev.gatun.ai.provider.Anthropic;
import dev.gatun.ai.provider.OpenAi;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.ScriptedServer;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Two of the shipped providers, over HTTP to the scripted server, with one model each. */
final class Http {
  private Http() {}

  /** OpenAI, whose model the routing prefers. */
  static Provider preferred(ScriptedServer server) {
    return OpenAi.builder()
        .key("key-of-openai")
        .baseUrl(server.baseUrl(Dialect.OPENAI))
        .models(List.of(model("openai", "gpt-4.1-mini", 0.9)))
        .build();
  }

  /** Anthropic. */
  static Provider second(ScriptedServer server) {
    return Anthropic.builder()
        .key("key-of-anthropic")
        .baseUrl(server.baseUrl(Dialect.ANTHROPIC))
        .models(List.of(model("anthropic", "claude-haiku-4-5", 0.2)))
        .build();
  }

  private static ModelInfo model(String provider, String name, double quality) {
    return new ModelInfo(
        new ModelRef(provider, name),
        EnumSet.allOf(Capability.class),
        100_000,
        4_000,
        Map.of(Task.GENERAL, quality),
        Optional.of(FakeProvider.prices(1_000_000)));
  }
}
