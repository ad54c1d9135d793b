package dev.gatun.ai.client;

import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.ChatStream;
import dev.gatun.ai.Citation;
import dev.gatun.ai.Part;
import dev.gatun.ai.StreamEvent;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** A whole answer as a stream. */
final class StoredStream implements ChatStream {
  private final ChatResponse response;
  private final Iterator<StreamEvent> events;

  StoredStream(ChatResponse response) {
    this.response = response;
    List<StreamEvent> all = new ArrayList<>();
    all.add(new StreamEvent.Started(response.id(), response.served()));
    int tools = 0;
    for (Part p : response.message().parts()) {
      switch (p) {
        case Part.Text t -> all.add(new StreamEvent.Text(t.text()));
        case Part.Reasoning r -> all.add(new StreamEvent.Reasoning(r.text(), r.signature()));
        case Part.ToolCall c ->
            all.add(
                new StreamEvent.ToolCall(tools++, c.id(), c.name(), c.arguments(), c.signature()));
        case Part.Image _, Part.ToolResult _ -> {} // No provider streams these.
      }
    }
    for (Citation c : response.citations()) {
      all.add(new StreamEvent.Source(c));
    }
    all.add(new StreamEvent.Finished(response.finish(), response.usage(), response.extra()));
    events = all.iterator();
  }

  @Override
  public Iterator<StreamEvent> iterator() {
    return events;
  }

  @Override
  public ChatResponse result() {
    return response;
  }

  @Override
  public void close() {}
}
