package dev.gatun.ai.testkit.dialect;

import dev.gatun.ai.testkit.Finish;
import dev.gatun.ai.testkit.Part;
import dev.gatun.ai.testkit.RecordedRequest;
import dev.gatun.ai.testkit.Tokens;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model says to a request, before a dialect writes it.
 *
 * @param request the request
 * @param parts the pieces; none is an answer without a choice
 * @param finish why the model stopped
 * @param finishWord a word in place of the dialect's, or null
 * @param tokens the usage
 * @param model the model that served
 * @param id a number that makes ids unique
 * @param created the time in seconds
 * @param usage whether usage is sent
 * @param unknowns whether fields are sent that nobody knows
 */
record Answer(
    RecordedRequest request,
    List<Part> parts,
    Finish finish,
    @Nullable String finishWord,
    Tokens tokens,
    String model,
    String id,
    long created,
    boolean usage,
    boolean unknowns) {

  /** All visible text. */
  String text() {
    var text = new StringBuilder();
    for (Part part : parts) {
      if (part instanceof Part.Text(String piece)) {
        text.append(piece);
      }
    }
    return text.toString();
  }

  /** All reasoning. */
  String thinking() {
    var text = new StringBuilder();
    for (Part part : parts) {
      if (part instanceof Part.Thinking(String piece, var ignored)) {
        text.append(piece);
      }
    }
    return text.toString();
  }

  /** All refusals. */
  String refusal() {
    var text = new StringBuilder();
    for (Part part : parts) {
      if (part instanceof Part.Refusal(String piece)) {
        text.append(piece);
      }
    }
    return text.toString();
  }

  <P extends Part> List<P> all(Class<P> kind) {
    var found = new ArrayList<P>();
    for (Part part : parts) {
      if (kind.isInstance(part)) {
        found.add(kind.cast(part));
      }
    }
    return found;
  }

  /** The id of the n-th tool call. */
  String callId(Part.ToolCall call, int n, String prefix) {
    String given = call.id();
    return given != null ? given : prefix + id + n;
  }
}
