package dev.gatun.ai.testkit;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the events of a stream are written. The dialect's own way unless said otherwise.
 *
 * @param lineEnd the end of a line: LF, CRLF or CR; null is the dialect's
 * @param bom whether the stream begins with a byte order mark
 * @param padding spaces between a JSON object's last member and its closing brace
 * @param comments whether a comment ({@code : keep-alive}) stands before each event
 * @param unknownEvents whether events of an unheard-of type stand between the others
 * @param unknownFields whether objects carry a member that no documentation has
 * @param terminal whether the end marker is sent
 * @param usage whether usage is sent
 * @param split bytes to send at a time, each in a chunk and a packet of its own; 0 for no split
 * @param splitAt a byte of the body before which the server pauses, or -1
 * @param splitPause how long it pauses between such pieces
 */
public record Framing(
    @Nullable String lineEnd,
    boolean bom,
    int padding,
    boolean comments,
    boolean unknownEvents,
    boolean unknownFields,
    boolean terminal,
    boolean usage,
    int split,
    int splitAt,
    Duration splitPause) {

  /** The dialect's own way. */
  public static final Framing DEFAULT =
      new Framing(null, false, 0, false, false, false, true, true, 0, -1, Duration.ZERO);

  public Framing {
    if (lineEnd != null
        && !lineEnd.equals("\n")
        && !lineEnd.equals("\r\n")
        && !lineEnd.equals("\r")) {
      throw new IllegalArgumentException("expected LF, CRLF or CR as the end of a line");
    }
    if (padding < 0 || split < 0 || splitAt < -1) {
      throw new IllegalArgumentException(
          "expected counts of zero or more, and got padding " + padding + ", split " + split);
    }
  }

  /** Ends lines with LF, CRLF or CR. */
  public Framing withLineEnd(String end) {
    return new Framing(
        end,
        bom,
        padding,
        comments,
        unknownEvents,
        unknownFields,
        terminal,
        usage,
        split,
        splitAt,
        splitPause);
  }

  /** Begins with a byte order mark. */
  public Framing withBom() {
    return new Framing(
        lineEnd,
        true,
        padding,
        comments,
        unknownEvents,
        unknownFields,
        terminal,
        usage,
        split,
        splitAt,
        splitPause);
  }

  /** Puts this many spaces before the closing brace of each event's JSON. */
  public Framing withPadding(int spaces) {
    return new Framing(
        lineEnd,
        bom,
        spaces,
        comments,
        unknownEvents,
        unknownFields,
        terminal,
        usage,
        split,
        splitAt,
        splitPause);
  }

  /** Sends keep-alive comments between events. */
  public Framing withComments() {
    return new Framing(
        lineEnd,
        bom,
        padding,
        true,
        unknownEvents,
        unknownFields,
        terminal,
        usage,
        split,
        splitAt,
        splitPause);
  }

  /** Sends events and fields that nobody knows. */
  public Framing withUnknowns() {
    return new Framing(
        lineEnd, bom, padding, comments, true, true, terminal, usage, split, splitAt, splitPause);
  }

  /** Leaves out the end marker: the stream just ends. */
  public Framing withoutTerminal() {
    return new Framing(
        lineEnd,
        bom,
        padding,
        comments,
        unknownEvents,
        unknownFields,
        false,
        usage,
        split,
        splitAt,
        splitPause);
  }

  /** Leaves out usage. */
  public Framing withoutUsage() {
    return new Framing(
        lineEnd,
        bom,
        padding,
        comments,
        unknownEvents,
        unknownFields,
        terminal,
        false,
        split,
        splitAt,
        splitPause);
  }

  /** Sends this many bytes at a time, pausing in between. */
  public Framing withSplit(int bytes, Duration pause) {
    return new Framing(
        lineEnd,
        bom,
        padding,
        comments,
        unknownEvents,
        unknownFields,
        terminal,
        usage,
        bytes,
        -1,
        pause);
  }

  /** Sends the body in two pieces, the first of this many bytes, pausing in between. */
  public Framing withSplitAt(int offset, Duration pause) {
    return new Framing(
        lineEnd,
        bom,
        padding,
        comments,
        unknownEvents,
        unknownFields,
        terminal,
        usage,
        0,
        offset,
        pause);
  }
}
