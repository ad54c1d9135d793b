package dev.gatun.ai.client;

import dev.gatun.ai.Message;
import dev.gatun.ai.Part;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.spi.PrivacyGuard;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Puts personal data back into a streamed answer, piece by piece. Used by one thread. */
final class Restoration {
  private final PrivacyGuard.Redaction redaction;
  private final Map<Integer, PrivacyGuard.Restorer> arguments = new TreeMap<>();
  private PrivacyGuard.@Nullable Restorer text;
  private PrivacyGuard.@Nullable Restorer reasoning;

  Restoration(PrivacyGuard.Redaction redaction) {
    this.redaction = redaction;
  }

  /**
   * What an event becomes. What is held back comes where its part ends: reasoning with its
   * signature or before a part of another kind, text before reasoning, and the rest at the end; a
   * tool call does not end a text, because pieces of both arrive mixed.
   */
  List<StreamEvent> restore(StreamEvent event) {
    List<StreamEvent> out = new ArrayList<>(2);
    switch (event) {
      case StreamEvent.Text t -> {
        endReasoning(out);
        text = text == null ? redaction.restorer() : text;
        String s = text.add(t.delta());
        if (!s.isEmpty()) {
          out.add(new StreamEvent.Text(s));
        }
      }
      case StreamEvent.Reasoning r -> {
        endText(out);
        reasoning = reasoning == null ? redaction.restorer() : reasoning;
        String s = reasoning.add(r.delta());
        if (!r.signature().isEmpty()) {
          s += reasoning.end();
          reasoning = null;
        }
        if (!s.isEmpty() || !r.signature().isEmpty()) {
          out.add(new StreamEvent.Reasoning(s, r.signature()));
        }
      }
      case StreamEvent.ToolCall c -> {
        endReasoning(out);
        String s = arguments.computeIfAbsent(c.index(), _ -> redaction.restorer()).add(c.delta());
        out.add(new StreamEvent.ToolCall(c.index(), c.id(), c.name(), s, c.signature()));
      }
      case StreamEvent.Finished f -> {
        endReasoning(out);
        endText(out);
        arguments.forEach((i, r) -> {
          String s = r.end();
          if (!s.isEmpty()) {
            out.add(new StreamEvent.ToolCall(i, "", "", s, ""));
          }
        });
        out.add(f);
      }
      case StreamEvent.Started _, StreamEvent.Source _ -> out.add(event);
    }
    return out;
  }

  private void endText(List<StreamEvent> out) {
    String s = text == null ? "" : text.end();
    text = null;
    if (!s.isEmpty()) {
      out.add(new StreamEvent.Text(s));
    }
  }

  private void endReasoning(List<StreamEvent> out) {
    String s = reasoning == null ? "" : reasoning.end();
    reasoning = null;
    if (!s.isEmpty()) {
      out.add(new StreamEvent.Reasoning(s, ""));
    }
  }

  /** A whole answer with the personal data put back. */
  static Message restore(Message message, PrivacyGuard.Redaction redaction) {
    List<Part> parts = new ArrayList<>(message.parts().size());
    for (Part p : message.parts()) {
      parts.add(
          switch (p) {
            case Part.Text t -> new Part.Text(redaction.restore(t.text()));
            case Part.ToolCall c ->
                new Part.ToolCall(
                    c.id(), c.name(), redaction.restore(c.arguments()), c.signature());
            case Part.Reasoning r -> new Part.Reasoning(redaction.restore(r.text()), r.signature());
            case Part.Image _, Part.ToolResult _ -> p;
          });
    }
    return new Message(message.role(), parts);
  }
}
