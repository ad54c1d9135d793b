package dev.gatun.ai;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A turn of a conversation.
 *
 * @param role who speaks
 * @param parts what is said
 */
public record Message(Role role, List<Part> parts) {
  /** Who speaks. */
  public enum Role {
    /** Instructions that hold for the whole conversation. */
    SYSTEM,
    /** The caller. */
    USER,
    /** The model. */
    ASSISTANT,
    /** Results of tools. */
    TOOL
  }

  /** Copies the parts. */
  public Message {
    parts = List.copyOf(parts);
  }

  /** Instructions. */
  public static Message system(String text) {
    return new Message(Role.SYSTEM, List.of(new Part.Text(text)));
  }

  /** What the caller says. */
  public static Message user(String text) {
    return new Message(Role.USER, List.of(new Part.Text(text)));
  }

  /** What the caller says, with images. */
  public static Message user(Part... parts) {
    return new Message(Role.USER, List.of(parts));
  }

  /** What the model said. */
  public static Message assistant(String text) {
    return new Message(Role.ASSISTANT, List.of(new Part.Text(text)));
  }

  /** The result of a tool call. */
  public static Message toolResult(Part.ToolCall call, String content) {
    return new Message(
        Role.TOOL, List.of(new Part.ToolResult(call.id(), call.name(), content, false)));
  }

  /** All text of the message. */
  public String text() {
    if (parts.size() == 1 && parts.getFirst() instanceof Part.Text only) {
      return only.text();
    }
    return parts.stream()
        .filter(Part.Text.class::isInstance)
        .map(p -> ((Part.Text) p).text())
        .collect(Collectors.joining());
  }

  /** The tool calls of the message. */
  public List<Part.ToolCall> toolCalls() {
    return parts.stream()
        .filter(Part.ToolCall.class::isInstance)
        .map(Part.ToolCall.class::cast)
        .toList();
  }
}
