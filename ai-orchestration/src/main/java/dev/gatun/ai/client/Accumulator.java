package dev.gatun.ai.client;

import dev.gatun.ai.Citation;
import dev.gatun.ai.Message;
import dev.gatun.ai.Part;
import dev.gatun.ai.StreamEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Puts the pieces of a streamed answer together. Used by one thread. */
final class Accumulator {
  private static final class Tool {
    String id = "";
    String name = "";
    String signature = "";
    final StringBuilder arguments = new StringBuilder();
  }

  private final StringBuilder text = new StringBuilder();
  private final StringBuilder reasoning = new StringBuilder();
  private final StringBuilder signature = new StringBuilder();
  private final TreeMap<Integer, Tool> tools = new TreeMap<>();
  private final List<Citation> citations = new ArrayList<>();
  private volatile long tokens;

  void add(StreamEvent event) {
    switch (event) {
      case StreamEvent.Text t -> {
        text.append(t.delta());
        count(t.delta());
      }
      case StreamEvent.Reasoning r -> {
        reasoning.append(r.delta());
        signature.append(r.signature());
        count(r.delta());
      }
      case StreamEvent.ToolCall c -> {
        Tool t = tools.computeIfAbsent(c.index(), _ -> new Tool());
        t.id = t.id.isEmpty() ? c.id() : t.id;
        t.name = t.name.isEmpty() ? c.name() : t.name;
        t.signature = t.signature.isEmpty() ? c.signature() : t.signature;
        t.arguments.append(c.delta());
        count(c.delta());
      }
      case StreamEvent.Source s -> {
        if (!citations.contains(s.citation())) {
          citations.add(s.citation());
        }
      }
      case StreamEvent.Started _, StreamEvent.Finished _ -> {}
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
  private void count(String delta) {
    tokens += Tokens.of(delta);
  }

  Message message() {
    List<Part> parts = new ArrayList<>();
    if (!reasoning.isEmpty() || !signature.isEmpty()) {
      parts.add(new Part.Reasoning(reasoning.toString(), signature.toString()));
    }
    if (!text.isEmpty()) {
      parts.add(new Part.Text(text.toString()));
    }
    for (Tool t : tools.values()) {
      parts.add(new Part.ToolCall(t.id, t.name, t.arguments.toString(), t.signature));
    }
    return new Message(Message.Role.ASSISTANT, parts);
  }

  List<Citation> citations() {
    return citations;
  }

  /** About how many tokens have arrived; may be asked by another thread. */
  long tokens() {
    return tokens;
  }
}
