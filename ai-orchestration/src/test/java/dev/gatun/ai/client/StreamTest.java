package dev.gatun.ai.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.AiClientBuilder;
import dev.gatun.ai.Attempt;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.ChatStream;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.ResponseFormat;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.cache.MemoryCache;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.privacy.Redactor;
import dev.gatun.ai.spi.CallObserver;
import dev.gatun.ai.spi.Ledger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StreamTest {
  private static final ChatRequest HI = ChatRequest.of("Hi");
  private final List<Ledger.Entry> ledger = new ArrayList<>();

  private AiClientBuilder client(FakeProvider... providers) {
    AiClientBuilder b = AiClient.builder().seed(7).ledger(ledger::add).time(new FakeTime());
    for (FakeProvider p : providers) {
      b.provider(p);
    }
    return b;
  }

  private static String read(ChatStream stream) {
    StringBuilder text = new StringBuilder();
    for (StreamEvent e : stream) {
      if (e instanceof StreamEvent.Text t) {
        text.append(t.delta());
      }
    }
    return text.toString();
  }

  @Test
  void eventsArriveInOrderAndAddUpToTheAnswer() {
    FakeProvider a = FakeProvider.of("a", 0.9);
    ChatStream stream = client(a).build().stream(HI);
    List<String> kinds = new ArrayList<>();
    stream.forEach(e -> kinds.add(e.getClass().getSimpleName()));
    assertThat(kinds).containsExactly("Started", "Text", "Text", "Finished");
    ChatResponse r = stream.result();
    assertThat(r.text()).isEqualTo("hello");
    assertThat(r.usage().output()).isEqualTo(2);
    assertThat(r.route().attempts()).hasSize(1);
    assertThat(ledger).hasSize(1);
  }

  @Test
  void aFaultBeforeTheFirstContentIsNobodysBusiness() {
    FakeProvider a = FakeProvider.of("a", 0.9).stream(_ -> FakeProvider.events(Faults.truncated()));
    FakeProvider b = FakeProvider.of("b", 0.8);
    ChatStream stream = client(a, b).build().stream(HI);
    assertThat(read(stream)).isEqualTo("hello");
    assertThat(a.calls).hasSize(1);
    assertThat(b.calls).hasSize(1);
    assertThat(ledger)
        .extracting(e -> e.attempt().outcome())
        .containsExactly("StreamTruncated", "ok");
    assertThat(ledger.getFirst().attempt().usage().estimated()).isTrue();
  }

  @Test
  void aFaultAfterTheFirstContentIsAnErrorAndNeverAnEnd() {
    FakeProvider a =
        FakeProvider.of("a", 0.9).stream(
            _ -> FakeProvider.events(FakeProvider.text("hel"), Faults.truncated()));
    FakeProvider b = FakeProvider.of("b", 0.8);
    ChatStream stream = client(a, b).build().stream(HI);
    assertThatThrownBy(() -> read(stream)).isInstanceOf(AiException.StreamTruncated.class);
    assertThatThrownBy(stream::result).isInstanceOf(AiException.StreamTruncated.class);
    assertThat(b.calls).isEmpty();
    assertThat(ledger).hasSize(1);
    assertThat(ledger.getFirst().attempt().usage().output()).isEqualTo(1);
  }

  @Test
  void aSourceThatEndsWithoutItsLastEventIsTruncated() {
    FakeProvider a =
        FakeProvider.of("a", 0.9).stream(_ -> FakeProvider.events(FakeProvider.text("hel")));
    ChatStream stream = client(a).build().stream(HI);
    assertThatThrownBy(() -> read(stream)).isInstanceOf(AiException.StreamTruncated.class);
  }

  @Test
  void closingEndsTheProvidersWorkAndSettlesWhatHadArrived() {
    FakeProvider.Events source =
        FakeProvider.events(
            FakeProvider.text("twelve chars"), FakeProvider.text("x"), FakeProvider.finished());
    FakeProvider a = FakeProvider.of("a", 0.9).stream(_ -> source);
    AiClient client = client(a).build();
    ChatStream stream = client.stream(HI);
    stream.iterator().next();
    stream.iterator().next();
    stream.close();
    stream.close();
    assertThat(source.closed).isTrue();
    assertThatThrownBy(() -> stream.iterator().hasNext()).isInstanceOf(AiException.Cancelled.class);
    assertThat(ledger).hasSize(1);
    assertThat(ledger.getFirst().attempt().outcome()).isEqualTo("cancelled");
    assertThat(ledger.getFirst().attempt().usage().output()).isEqualTo(3);
    assertThat(client.status().providers().getFirst().inFlight()).isZero();
  }

  @Test
  void aStoredAnswerIsReplayedAsAStreamAndATruncatedOneIsNotStored() {
    FakeProvider a =
        FakeProvider.of("a", 0.9).stream(
            _ -> FakeProvider.events(FakeProvider.text("hel"), Faults.truncated()));
    AiClient client = client(a).cache(new MemoryCache(1 << 20, Duration.ofHours(1))).build();
    ChatStream broken = client.stream(HI);
    assertThatThrownBy(broken::result).isInstanceOf(AiException.class);
    a.stream(_ ->
        FakeProvider.events(
            FakeProvider.text("hel"), FakeProvider.text("lo"), FakeProvider.finished()));
    assertThat(client.stream(HI).result().route().cached()).isFalse();
    ChatStream again = client.stream(HI);
    assertThat(read(again)).isEqualTo("hello");
    assertThat(again.result().route().cached()).isTrue();
    assertThat(again.result().cost().amount().pico()).isZero();
    assertThat(client.chat(HI).route().cached()).isTrue();
    assertThat(a.calls).hasSize(2);
  }

  @Test
  void personalDataIsPutBackWhereverAPlaceholderIsCut() {
    ChatRequest request = ChatRequest.of("Write to ann@example.org");
    FakeProvider a = FakeProvider.of("a", 0.9);
    for (int cut = 0; cut <= 12; cut++) {
      int at = cut;
      a.stream(c -> {
        String prompt = c.request().messages().getFirst().text();
        String placeholder = prompt.substring("Write to ".length());
        assertThat(placeholder).doesNotContain("ann");
        int i = Math.min(at, placeholder.length());
        return FakeProvider.events(
            FakeProvider.text("Dear " + placeholder.substring(0, i)),
            new StreamEvent.ToolCall(
                0, "t", "mail", "{\"to\":\"" + placeholder.substring(0, i), ""),
            FakeProvider.text(placeholder.substring(i) + "!"),
            new StreamEvent.ToolCall(0, "", "", placeholder.substring(i) + "\"}", ""),
            FakeProvider.finished());
      });
      AiClient client = client(a).privacy(Redactor.builder().always().build()).build();
      ChatStream stream = client.stream(request);
      assertThat(read(stream)).isEqualTo("Dear ann@example.org!");
      assertThat(stream.result().text()).isEqualTo("Dear ann@example.org!");
      assertThat(stream.result().toolCalls().getFirst().arguments())
          .isEqualTo("{\"to\":\"ann@example.org\"}");
    }
  }

  @Test
  void anAnswerThatDoesNotFitItsSchemaEndsInAnError() {
    FakeProvider a = FakeProvider.of("a", 0.9);
    ChatRequest request = HI.toBuilder().format(new ResponseFormat.JsonObject()).build();
    AiClient client = client(a).build();
    ChatStream stream = client.stream(request);
    assertThatThrownBy(stream::result).isInstanceOf(AiException.SchemaViolation.class);
    assertThat(ledger.getFirst().attempt().usage().output()).isEqualTo(2);
  }

  @Test
  void observersAreToldOnceWhatHappened() {
    List<String> told = new ArrayList<>();
    CallObserver observer =
        begin -> {
          told.add("begin " + begin.operation() + " " + begin.streaming());
          return new CallObserver.Call() {
            @Override
            public void attemptBegins(ModelRef model) {
              told.add("attempt " + model);
            }

            @Override
            public void firstContent(ModelRef model, Duration after) {
              told.add("first " + model);
            }

            @Override
            public void attemptEnds(Attempt attempt, Optional<AiException> error) {
              told.add(attempt.outcome());
              throw new IllegalStateException("observers must not harm a call");
            }

            @Override
            public void succeeds(ChatResponse response) {
              told.add("succeeds");
            }
          };
        };
    FakeProvider a = FakeProvider.of("a", 0.9).stream(_ -> FakeProvider.events(Faults.connect()));
    FakeProvider b = FakeProvider.of("b", 0.8);
    client(a, b).observer(observer).build().stream(HI).result();
    assertThat(told)
        .containsExactly(
            "begin chat true",
            "attempt a/m",
            "ConnectFailed",
            "attempt b/m",
            "first b/m",
            "ok",
            "succeeds");
  }
}
