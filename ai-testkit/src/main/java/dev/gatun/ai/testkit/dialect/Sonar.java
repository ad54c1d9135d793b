package dev.gatun.ai.testkit.dialect;

import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Failure;
import dev.gatun.ai.testkit.Finish;
import dev.gatun.ai.testkit.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Perplexity's chat completions: each chunk repeats the text so far and the sources; the last one,
 * of type chat.completion.done, is the end marker and the only one that says the cost.
 */
final class Sonar implements Codec {

  @Override
  public String lineEnd() {
    return "\r\n";
  }

  @Override
  public Map<String, @Nullable Object> body(Answer answer) {
    return chunk(
        answer,
        "chat.completion",
        answer.tokens().output(),
        text(answer),
        "",
        finish(answer),
        true);
  }

  @Override
  public List<Frame> stream(Answer answer) {
    var frames = new ArrayList<Frame>();
    var sofar = new StringBuilder();
    List<String> pieces = Pieces.words(text(answer));
    for (int i = 0; i < pieces.size(); i++) {
      sofar.append(pieces.get(i));
      frames.add(
          Frame.token(
              null,
              chunk(
                  answer,
                  "chat.completion.chunk",
                  Math.min(i + 1, answer.tokens().output()),
                  sofar.toString(),
                  pieces.get(i),
                  null,
                  false)));
    }
    frames.add(
        Frame.terminal(
            null,
            chunk(
                answer,
                "chat.completion.done",
                answer.tokens().output(),
                sofar.toString(),
                "",
                finish(answer),
                true)));
    return frames;
  }

  @Override
  public List<Frame> failed(Answer answer, Failure failure, String message, int sent) {
    return List.of(
        Frame.close(null, Errors.of(Dialect.PERPLEXITY, failure, message, answer).body()));
  }

  /** Reasoning models of Sonar put their thoughts into the text, between tags. */
  private static String text(Answer answer) {
    String thinking = answer.thinking();
    String text = answer.text() + answer.refusal();
    return thinking.isEmpty() ? text : "<think>\n" + thinking + "\n</think>\n\n" + text;
  }

  private static String finish(Answer answer) {
    String word = answer.finishWord();
    if (word != null) {
      return word;
    }
    Finish finish = answer.finish();
    return finish == Finish.LENGTH || finish == Finish.CONTEXT_WINDOW ? "length" : "stop";
  }

  private static Map<String, @Nullable Object> chunk(
      Answer answer,
      String object,
      long output,
      String sofar,
      String delta,
      @Nullable String finish,
      boolean done) {
    var map =
        Json.obj("id", Ids.uuid(answer.id()), "model", answer.model(), "created", answer.created());
    if (answer.usage()) {
      map.put("usage", Usages.sonar(answer, output, done));
    }
    map.put("citations", OpenAiChat.urls(answer));
    map.put("search_results", searchResults(answer));
    map.put("object", object);
    var choice =
        Json.obj(
            "index", 0,
            "message", Json.obj("role", "assistant", "content", sofar),
            "delta", Json.obj("role", "assistant", "content", delta));
    if (finish != null) {
      choice.put("finish_reason", finish);
    }
    map.put("choices", answer.parts().isEmpty() ? List.of() : List.of(choice));
    if (answer.unknowns()) {
      map.put("x_unheard_of", Json.obj("a", List.of(1, "b", true)));
    }
    return map;
  }

  static List<@Nullable Object> searchResults(Answer answer) {
    var list = new ArrayList<@Nullable Object>();
    for (Part.Citation citation : answer.all(Part.Citation.class)) {
      list.add(
          Json.obj(
              "title",
              citation.title(),
              "url",
              citation.url(),
              "date",
              "2026-06-01",
              "last_updated",
              "2026-06-08",
              "snippet",
              citation.snippet(),
              "source",
              "web"));
    }
    return list;
  }
}
