package dev.gatun.ai.testkit.dialect;

import dev.gatun.ai.testkit.Failure;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How one API writes an answer. */
interface Codec {
  /** The whole body. */
  Map<String, @Nullable Object> body(Answer answer);

  /** The events of a stream. */
  List<Frame> stream(Answer answer);

  /** The events by which a stream says that it failed, after so many events. */
  List<Frame> failed(Answer answer, Failure failure, String message, int sent);

  /** How the stream's lines end. */
  default String lineEnd() {
    return "\n";
  }
}
