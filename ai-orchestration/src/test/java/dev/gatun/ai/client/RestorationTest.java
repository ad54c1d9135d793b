package dev.gatun.ai.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.privacy.Redactor;
import dev.gatun.ai.spi.PrivacyGuard;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RestorationTest {
  private final PrivacyGuard.Redaction redaction =
      Redactor.builder().always().build().redact(ChatRequest.of("ann@example.org"));
  private final String placeholder = redaction.request().messages().getFirst().text();

  private List<StreamEvent> restored(StreamEvent... events) {
    Restoration r = new Restoration(redaction);
    List<StreamEvent> out = new ArrayList<>();
    for (StreamEvent e : events) {
      out.addAll(r.restore(e));
    }
    return out;
  }

  @Test
  void whatIsHeldBackComesBeforeThePartEnds() {
    String half = placeholder.substring(0, 3);
    assertThat(
            restored(
                new StreamEvent.Reasoning("one " + half, ""),
                new StreamEvent.Reasoning("", "sig-1"),
                new StreamEvent.Reasoning("two " + half, ""),
                new StreamEvent.Text("text " + half),
                new StreamEvent.Reasoning(placeholder, "sig-2")))
        .containsExactly(
            new StreamEvent.Reasoning("one ", ""),
            new StreamEvent.Reasoning(half, "sig-1"),
            new StreamEvent.Reasoning("two ", ""),
            new StreamEvent.Reasoning(half, ""),
            new StreamEvent.Text("text "),
            new StreamEvent.Text(half),
            new StreamEvent.Reasoning("ann@example.org", "sig-2"));
  }
}
