package dev.gatun.ai.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.Citation;
import dev.gatun.ai.Part;
import dev.gatun.ai.StreamEvent;
import java.util.List;
import org.junit.jupiter.api.Test;

class AssemblerTest {
  private static Assembler of(StreamEvent... events) {
    Assembler a = new Assembler();
    for (StreamEvent e : events) {
      a.add(e);
    }
    return a;
  }

  private static StreamEvent text(String delta) {
    return new StreamEvent.Text(delta);
  }

  private static StreamEvent reasoning(String delta, String signature) {
    return new StreamEvent.Reasoning(delta, signature);
  }

  private static StreamEvent call(int index, String id, String name, String delta) {
    return new StreamEvent.ToolCall(index, id, name, delta, "");
  }

  @Test
  void partsKeepTheOrderInWhichTheyBegan() {
    List<Part> parts =
        of(
                reasoning("first ", ""),
                reasoning("thought", ""),
                reasoning("", "sig-1"),
                text("I ask "),
                text(""),
                text("twice"),
                call(0, "c0", "time", ""),
                reasoning("second", "sig-2"),
                text("done"))
            .message()
            .parts();
    assertThat(parts)
        .containsExactly(
            new Part.Reasoning("first thought", "sig-1"),
            new Part.Text("I ask twice"),
            new Part.ToolCall("c0", "time", ""),
            new Part.Reasoning("second", "sig-2"),
            new Part.Text("done"));
  }

  @Test
  void aSignatureEndsItsPart() {
    assertThat(
            of(reasoning("a", "1"), reasoning("b", ""), reasoning("c", "2"), reasoning("", "3"))
                .message()
                .parts())
        .containsExactly(
            new Part.Reasoning("a", "1"),
            new Part.Reasoning("bc", "2"),
            new Part.Reasoning("", "3"));
  }

  @Test
  void anotherKindEndsReasoningWithoutASignature() {
    assertThat(of(reasoning("a", ""), text("b"), reasoning("c", "")).message().parts())
        .containsExactly(
            new Part.Reasoning("a", ""), new Part.Text("b"), new Part.Reasoning("c", ""));
  }

  @Test
  void mixedPiecesOfCallsAreToldApartByTheirIndex() {
    assertThat(
            of(
                    call(0, "c0", "weather", ""),
                    call(1, "c1", "time", "{"),
                    call(0, "", "", "{\"city\":"),
                    call(1, "", "", "}"),
                    call(0, "", "", "\"Colón\"}"),
                    new StreamEvent.ToolCall(0, "", "", "", "sig"))
                .message()
                .parts())
        .containsExactly(
            new Part.ToolCall("c0", "weather", "{\"city\":\"Colón\"}", "sig"),
            new Part.ToolCall("c1", "time", "{}"));
  }

  @Test
  void emptyPiecesAreNoParts() {
    assertThat(of(text(""), reasoning("", "")).message().parts()).isEmpty();
  }

  @Test
  void aSourceIsNamedOnce() {
    Citation c = new Citation("https://example.com", "Example", "");
    assertThat(of(new StreamEvent.Source(c), text("x"), new StreamEvent.Source(c)).citations())
        .containsExactly(c);
  }
}
