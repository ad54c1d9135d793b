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

  /** What an event becomes; at the end, first what was held back. */
  List<StreamEvent> restore(StreamEvent event) {
    return switch (event) {
      case StreamEvent.Text t -> {
        text = text == null ? redaction.restorer() : text;
        String s = text.add(t.delta());
        yield s.isEmpty() ? List.of() : List.of(new StreamEvent.Text(s));
      }
      case StreamEvent.Reasoning r -> {
        reasoning = reasoning == null ? redaction.restorer() : reasoning;
        String s = reasoning.add(r.delta());
        yield s.isEmpty() && r.signature().isEmpty()
            ? List.of()
            : List.of(new StreamEvent.Reasoning(s, r.signature()));
      }
      case StreamEvent.ToolCall c -> {
        String s = arguments.computeIfAbsent(c.index(), _ -> redaction.restorer()).add(c.delta());
        yield List.of(new StreamEvent.ToolCall(c.index(), c.id(), c.name(), s, c.signature()));
      }
      case StreamEvent.Finished f -> {
        List<StreamEvent> out = new ArrayList<>();
        end(reasoning).ifPresent(s -> out.add(new StreamEvent.Reasoning(s, "")));
        end(text).ifPresent(s -> out.add(new StreamEvent.Text(s)));
        arguments.forEach(
            (i, r) -> end(r).ifPresent(s -> out.add(new StreamEvent.ToolCall(i, "", "", s, ""))));
        out.add(f);
        yield out;
      }
      case StreamEvent.Started _, StreamEvent.Source _ -> List.of(event);
    };
  }

  private static java.util.Optional<String> end(PrivacyGuard.@Nullable Restorer restorer) {
    return restorer == null
        ? java.util.Optional.empty()
        : java.util.Optional.of(restorer.end()).filter(s -> !s.isEmpty());
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
