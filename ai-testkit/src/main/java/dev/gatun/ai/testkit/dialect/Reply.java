package dev.gatun.ai.testkit.dialect;

import dev.gatun.ai.testkit.Failure;
import dev.gatun.ai.testkit.Script;
import java.util.List;
import java.util.function.BiFunction;

/**
 * A script in the shape that one request gets.
 *
 * @param status the status
 * @param contentType the type of the body
 * @param headers further headers, names and values by turns
 * @param body the whole body; empty for a stream
 * @param frames the events of a stream
 * @param stream whether it is one
 * @param tokens how many events with content it is, or would be as a stream
 * @param lineEnd how the stream's lines end, unless the script says otherwise
 * @param failed the events that tell of a failure in the middle of the stream, after so many events
 * @param script what was scripted
 */
@SuppressWarnings("ArrayRecordComponent") // made once, read once, compared never
public record Reply(
    int status,
    String contentType,
    List<String> headers,
    byte[] body,
    List<Frame> frames,
    boolean stream,
    long tokens,
    String lineEnd,
    BiFunction<Failure, Integer, List<Frame>> failed,
    Script script) {

  /** A reply that is no stream. */
  public static Reply whole(
      int status,
      String contentType,
      List<String> headers,
      byte[] body,
      long tokens,
      Script script) {
    return new Reply(
        status,
        contentType,
        headers,
        body,
        List.of(),
        false,
        tokens,
        "\n",
        (failure, sent) -> List.of(),
        script);
  }
}
