package dev.gatun.ai.provider.dialect;

import dev.gatun.ai.Message;
import dev.gatun.ai.Part;
import java.util.ArrayList;
import java.util.List;

/** Conversations for formats in which user and model alternate. */
final class Turns {
  private Turns() {}

  /** Neighbours of one side become one turn; results of tools are the user's side. */
  static List<Message> merged(List<Message> conversation) {
    List<Message> out = new ArrayList<>();
    for (Message m : conversation) {
      Message.Role side =
          m.role() == Message.Role.ASSISTANT ? Message.Role.ASSISTANT : Message.Role.USER;
      if (!out.isEmpty() && out.getLast().role() == side) {
        List<Part> parts = new ArrayList<>(out.removeLast().parts());
        parts.addAll(m.parts());
        out.add(new Message(side, parts));
      } else {
        out.add(new Message(side, m.parts()));
      }
    }
    return out;
  }
}
