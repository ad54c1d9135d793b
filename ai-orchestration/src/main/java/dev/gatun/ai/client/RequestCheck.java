package dev.gatun.ai.client;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.Message;
import dev.gatun.ai.Part;
import dev.gatun.ai.Tool;
import dev.gatun.ai.ToolChoice;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import java.util.HashSet;
import java.util.Set;

/** What no provider could answer is refused before anything is done. */
final class RequestCheck {
  private RequestCheck() {}

  static void check(ChatRequest r, long maxSize) {
    long size = 0;
    boolean asks = false;
    for (Message m : r.messages()) {
      asks |= m.role() != Message.Role.SYSTEM;
      for (Part p : m.parts()) {
        size +=
            switch (p) {
              case Part.Text t -> t.text().length();
              case Part.Image i -> image(i);
              case Part.ToolCall c -> c.arguments().length();
              case Part.ToolResult t -> t.content().length();
              case Part.Reasoning t -> t.text().length();
            };
      }
    }
    if (!asks) {
      throw invalid("A chat request needs a message that is no instruction");
    }
    if (size > maxSize) {
      throw invalid(
          "The request has " + size + " characters, more than the " + maxSize + " allowed");
    }
    Set<String> names = new HashSet<>();
    for (Tool t : r.tools()) {
      if (t.name().isBlank() || !names.add(t.name())) {
        throw invalid("Tools need names that differ, got '" + t.name() + "' twice or blank");
      }
    }
    if (r.toolChoice() instanceof ToolChoice.Named n && !names.contains(n.name())) {
      throw invalid("The tool '" + n.name() + "' must be called, but is not among " + names);
    }
    if (r.toolChoice() instanceof ToolChoice.Required && names.isEmpty()) {
      throw invalid("A tool must be called, but there is none");
    }
  }

  private static long image(Part.Image i) {
    if (i.uri().isEmpty() == i.base64().isEmpty()) {
      throw invalid("An image needs either bytes or an address");
    }
    return i.base64().length();
  }

  private static AiException.InvalidRequest invalid(String message) {
    return new AiException.InvalidRequest(Failure.of(message));
  }
}
