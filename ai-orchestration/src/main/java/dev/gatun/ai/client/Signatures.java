package dev.gatun.ai.client;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Part;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.spi.ChatReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Signatures of reasoning and tool calls, which only the model that made them takes back: another
 * one refuses the request. In the normal form a signature begins with its model; a provider sees
 * only those of the model that is asked, as it wrote them. Reasoning of another model is left out,
 * its tool calls go without their signature.
 */
final class Signatures {
  private Signatures() {}

  /** A request without what other models than the one that is asked have signed. */
  static ChatRequest own(ChatRequest request, ModelRef model) {
    boolean signed = false;
    for (Message m : request.messages()) {
      signed |= isSigned(m);
    }
    if (!signed) {
      return request;
    }
    List<Message> messages = new ArrayList<>(request.messages().size());
    for (Message m : request.messages()) {
      List<Part> parts = new ArrayList<>(m.parts().size());
      m.parts().forEach(p -> own(p, model).ifPresent(parts::add));
      if (m.parts().isEmpty() || !parts.isEmpty()) {
        messages.add(new Message(m.role(), parts));
      }
    }
    return request.toBuilder().messages(messages).build();
  }

  private static boolean isSigned(Message message) {
    for (Part p : message.parts()) {
      if (isSigned(p)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSigned(Part part) {
    return switch (part) {
      case Part.Reasoning r -> !r.signature().isEmpty();
      case Part.ToolCall c -> !c.signature().isEmpty();
      default -> false;
    };
  }

  private static Optional<Part> own(Part part, ModelRef model) {
    return switch (part) {
      case Part.Reasoning r when isSigned(r) ->
          unsigned(r.signature(), model).map(s -> new Part.Reasoning(r.text(), s));
      case Part.ToolCall c when isSigned(c) ->
          Optional.of(
              new Part.ToolCall(
                  c.id(), c.name(), c.arguments(), unsigned(c.signature(), model).orElse("")));
      default -> Optional.of(part);
    };
  }

  private static Optional<String> unsigned(String signature, ModelRef model) {
    String mark = mark(model);
    return signature.startsWith(mark)
        ? Optional.of(signature.substring(mark.length()))
        : Optional.empty();
  }

  /** An answer whose signatures begin with the model that made them. */
  static ChatReply signed(ChatReply reply, ModelRef model) {
    if (!isSigned(reply.message())) {
      return reply;
    }
    List<Part> parts =
        reply.message().parts().stream()
            .map(p ->
                switch (p) {
                  case Part.Reasoning r ->
                      new Part.Reasoning(r.text(), signed(r.signature(), model));
                  case Part.ToolCall c ->
                      new Part.ToolCall(
                          c.id(), c.name(), c.arguments(), signed(c.signature(), model));
                  default -> p;
                })
            .toList();
    return new ChatReply(
        reply.id(),
        reply.served(),
        new Message(reply.message().role(), parts),
        reply.finish(),
        reply.citations(),
        reply.usage(),
        reply.limits(),
        reply.extra());
  }

  /** A piece of an answer whose signature begins with the model that made it. */
  static StreamEvent signed(StreamEvent event, ModelRef model) {
    return switch (event) {
      case StreamEvent.Reasoning r when !r.signature().isEmpty() ->
          new StreamEvent.Reasoning(r.delta(), signed(r.signature(), model));
      case StreamEvent.ToolCall c when !c.signature().isEmpty() ->
          new StreamEvent.ToolCall(
              c.index(), c.id(), c.name(), c.delta(), signed(c.signature(), model));
      default -> event;
    };
  }

  private static String signed(String signature, ModelRef model) {
    return signature.isEmpty() ? "" : mark(model) + signature;
  }

  private static String mark(ModelRef model) {
    return model + ":";
  }
}
