package dev.gatun.gateway.local;

import dev.gatun.ai.FinishReason;
import dev.gatun.nn.text.LanguageModel;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An answer under way: it ends with its last token or before the first of the texts that stop it,
 * no part of which is ever told. One thread at a time writes; any may close.
 */
final class Answer implements AutoCloseable {
  private static final FinishReason LENGTH = new FinishReason(FinishReason.Kind.LENGTH, "length");

  private final LanguageModel.Generation generation;
  private final List<String> stops;
  private final int most;
  private final Runnable closing;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final StringBuilder held = new StringBuilder();
  private int tokens;
  private boolean stopped;

  Answer(LanguageModel.Generation generation, int most, List<String> stops, Runnable closing) {
    this.generation = generation;
    this.most = most;
    this.stops = stops.stream().filter(s -> !s.isEmpty()).toList();
    this.closing = closing;
  }

  boolean finished() {
    return stopped || tokens == most;
  }

  FinishReason reason() {
    return stopped ? FinishReason.STOP : LENGTH;
  }

  int promptTokens() {
    return generation.promptTokens();
  }

  int tokens() {
    return tokens;
  }

  /**
   * Writes on.
   *
   * @param some the most tokens
   * @return the text that can be told by now
   */
  String more(int some) {
    for (int i = 0; i < some && !finished(); i++) {
      held.append(generation.next());
      tokens++;
      for (String stop : stops) {
        int at = held.indexOf(stop);
        if (at >= 0) {
          held.setLength(at);
          stopped = true;
        }
      }
    }
    int end = finished() ? held.length() : held.length() - beginOfStop();
    String text = held.substring(0, end);
    held.delete(0, end);
    return text;
  }

  /** How many of the last characters may be the begin of a text that stops. */
  private int beginOfStop() {
    int longest = 0;
    for (String stop : stops) {
      for (int n = Math.min(stop.length() - 1, held.length()); n > longest; n--) {
        if (stop.startsWith(held.substring(held.length() - n))) {
          longest = n;
        }
      }
    }
    return longest;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      generation.close(); // waits for a step under way
      closing.run();
    }
  }
}
