package dev.gatun.ai.client;

import dev.gatun.ai.Citation;
import dev.gatun.ai.Message;
import dev.gatun.ai.Part;
import dev.gatun.ai.StreamEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts the pieces of a streamed answer together, in the order in which its parts began. Texts that
 * follow each other are one part; a part of reasoning ends with its signature, or where a part of
 * another kind begins; pieces of tool calls are told apart by their index. Used by one thread.
 */
final class Assembler {
  private enum Kind {
    TEXT,
    REASONING,
    TOOL_CALL
  }

  /** A part that may still grow. */
  private static final class Draft {
    final Kind kind;
    final StringBuilder text = new StringBuilder();
    String id = "";
    String name = "";
    String signature = "";

    Draft(Kind kind) {
      this.kind = kind;
    }

    Part part() {
      return switch (kind) {
        case TEXT -> new Part.Text(text.toString());
        case REASONING -> new Part.Reasoning(text.toString(), signature);
        case TOOL_CALL -> new Part.ToolCall(id, name, text.toString(), signature);
      };
    }
  }

  private final List<Draft> drafts = new ArrayList<>();
  private final Map<Integer, Draft> calls = new HashMap<>();
  private final Set<Citation> citations = new LinkedHashSet<>();
  private volatile long tokens;

  void add(StreamEvent event) {
    switch (event) {
      case StreamEvent.Text t -> {
        if (!t.delta().isEmpty()) {
          append(last(Kind.TEXT), t.delta());
        }
      }
      case StreamEvent.Reasoning r -> {
        if (!r.delta().isEmpty() || !r.signature().isEmpty()) {
          Draft d = last(Kind.REASONING);
          append(d, r.delta());
          d.signature = r.signature();
        }
      }
      case StreamEvent.ToolCall c -> {
        Draft d = calls.computeIfAbsent(c.index(), _ -> begin(Kind.TOOL_CALL));
        d.id = d.id.isEmpty() ? c.id() : d.id;
        d.name = d.name.isEmpty() ? c.name() : d.name;
        d.signature = d.signature.isEmpty() ? c.signature() : d.signature;
        append(d, c.delta());
      }
      case StreamEvent.Source s -> citations.add(s.citation());
      case StreamEvent.Started _, StreamEvent.Finished _ -> {}
    }
  }

  /** The last part when it is of this kind and not ended, else a new one. */
  private Draft last(Kind kind) {
    @Nullable Draft last = drafts.isEmpty() ? null : drafts.getLast();
    return last != null && last.kind == kind && last.signature.isEmpty() ? last : begin(kind);
  }

  private Draft begin(Kind kind) {
    Draft d = new Draft(kind);
    drafts.add(d);
    return d;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
  private void append(Draft draft, String delta) {
    draft.text.append(delta);
    tokens += Tokens.of(delta);
  }

  Message message() {
    return new Message(Message.Role.ASSISTANT, drafts.stream().map(Draft::part).toList());
  }

  List<Citation> citations() {
    return List.copyOf(citations);
  }

  /** About how many tokens have arrived; may be asked by another thread. */
  long tokens() {
    return tokens;
  }
}
