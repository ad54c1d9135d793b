package dev.gatun.ai.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.Cost;
import dev.gatun.ai.Usd;
import org.junit.jupiter.api.Test;

class ChatTest {
  @Test
  void anAnswerSaysWhoGaveItWhyAndAtWhatCost() {
    FakeProvider fake = FakeProvider.of("fake", 0.8);
    try (AiClient client = AiClient.builder().provider(fake).build()) {
      ChatResponse r = client.chat(ChatRequest.of("Hi"));
      assertThat(r.text()).isEqualTo("hello");
      assertThat(r.served().toString()).isEqualTo("fake/m");
      assertThat(r.cost()).isEqualTo(new Cost(Usd.ofPico(15_000_000), Cost.Source.PRICED));
      assertThat(r.route().policy()).isEqualTo("task-affinity");
      assertThat(r.route().reasons()).anyMatch(s -> s.contains("quality for general 0.8"));
      assertThat(r.route().attempts()).hasSize(1);
      assertThat(r.route().attempts().getFirst().outcome()).isEqualTo("ok");
    }
  }
}
