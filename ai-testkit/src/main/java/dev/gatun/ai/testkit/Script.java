package dev.gatun.ai.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One reply of the server: what it says, when, and what goes wrong. Immutable, and good for every
 * dialect: each request gets it in its own shape, as a stream if it asked for one.
 *
 * <pre>{@code
 * Script.reply("Hello").firstTokenAfter(Duration.ofMillis(200)).cut(afterTokens(1))
 * Script.fail(Failure.RATE_LIMIT).retryAfter(RetryAfter.seconds(3))
 * Script.toolCall("weather", "{\"city\":\"Colon\"}").tokens(Tokens.of(120, 12))
 * }</pre>
 *
 * @param content what is said
 * @param details finish reason, usage, model
 * @param head status and headers
 * @param timing when
 * @param framing how the events are written
 * @param faults what goes wrong in the body
 */
public record Script(
    Content content,
    Details details,
    Head head,
    Timing timing,
    Framing framing,
    List<Fault> faults) {

  public Script {
    Objects.requireNonNull(content, "content");
    faults = List.copyOf(faults);
  }

  private static Script of(Content content) {
    return new Script(
        content, Details.DEFAULT, Head.DEFAULT, Timing.INSTANT, Framing.DEFAULT, List.of());
  }

  /** Says this text. */
  public static Script reply(String text) {
    return parts(new Part.Text(text));
  }

  /** Says these parts. */
  public static Script parts(Part... parts) {
    return of(new Content.Parts(List.of(parts)));
  }

  /** Calls one tool with these arguments, JSON text of an object. */
  public static Script toolCall(String name, String arguments) {
    return parts(new Part.ToolCall(null, name, arguments));
  }

  /** Says what the last user message said, or what schema and tools ask for: the default. */
  public static Script echo() {
    return of(new Content.Echo());
  }

  /** Says this many words, always the same ones. */
  public static Script lorem(int words) {
    return of(new Content.Lorem(words));
  }

  /** Status 200 with no choice, no content block, no candidate. */
  public static Script empty() {
    return of(new Content.Parts(List.of()));
  }

  /**
   * Fails as the dialect does. With {@code status(200)} the error comes inside of a success: as the
   * first event of a stream, or as the body.
   */
  public static Script fail(Failure failure) {
    return fail(failure, "");
  }

  /** Fails with these words. */
  public static Script fail(Failure failure, String message) {
    return of(new Content.Failed(failure, message));
  }

  /** Answers with this body, in no dialect. */
  public static Script raw(int status, String contentType, String body) {
    return of(new Content.Raw(contentType, body)).status(status);
  }

  /** A proxy's error page. */
  public static Script html(int status) {
    return raw(
        status,
        "text/html",
        "<html>\r\n<head><title>"
            + status
            + "</title></head>\r\n<body>\r\n<center><h1>"
            + status
            + "</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n");
  }

  /** A JSON object with these members in place of the dialect's body. */
  public static Script json(Map<String, ?> members) {
    return of(new Content.Json(members));
  }

  /** Embeds the inputs as these vectors. */
  public static Script vectors(float[]... vectors) {
    return of(new Content.Vectors(List.of(vectors)));
  }

  /** Never answers. */
  public static Script hang() {
    return of(new Content.Hang());
  }

  /** Closes the connection without an answer. */
  public static Script drop() {
    return of(new Content.Drop(false));
  }

  /** Resets the connection without an answer. */
  public static Script reset() {
    return of(new Content.Drop(true));
  }

  /** Answers what the function makes of the request. It runs on a thread of the server. */
  public static Script answer(Function<RecordedRequest, Script> script) {
    return of(new Content.Computed(script));
  }

  /**
   * Says one more part.
   *
   * @throws IllegalStateException if this script does not consist of parts
   */
  public Script then(Part part) {
    if (!(content instanceof Content.Parts(List<Part> parts))) {
      throw new IllegalStateException("expected a script made of parts, and it is " + content);
    }
    var more = new ArrayList<>(parts);
    more.add(part);
    return new Script(new Content.Parts(more), details, head, timing, framing, faults);
  }

  /** Stops for this reason. */
  public Script finish(Finish finish) {
    return details(new Details(finish, details.finishWord(), details.tokens(), details.model()));
  }

  /** Stops for a reason that this word names, whatever the dialect's words are. */
  public Script finishWord(String word) {
    return details(new Details(details.finish(), word, details.tokens(), details.model()));
  }

  /** Reports this usage. */
  public Script tokens(Tokens tokens) {
    return details(new Details(details.finish(), details.finishWord(), tokens, details.model()));
  }

  /** Says that this model served. */
  public Script servedBy(String model) {
    return details(new Details(details.finish(), details.finishWord(), details.tokens(), model));
  }

  private Script details(Details changed) {
    return new Script(content, changed, head, timing, framing, faults);
  }

  /** With this status. */
  public Script status(int status) {
    return head(new Head(status, head.headers(), head.retryAfter()));
  }

  /** With this header, in place of the dialect's own of that name. */
  public Script header(String name, String value) {
    return head(new Head(head.status(), head.headers().with(name, value), head.retryAfter()));
  }

  /** Says when to come back; several forms may be given. */
  public Script retryAfter(RetryAfter retryAfter) {
    var all = new ArrayList<>(head.retryAfter());
    all.add(retryAfter);
    return head(new Head(head.status(), head.headers(), all));
  }

  private Script head(Head changed) {
    return new Script(content, details, changed, timing, framing, faults);
  }

  /** Waits this long before the status line. */
  public Script headersAfter(Duration delay) {
    return timing(new Timing(delay, timing.firstToken(), timing.token()));
  }

  /** Waits this long, counted from the request, before the first event with content. */
  public Script firstTokenAfter(Duration delay) {
    return timing(new Timing(timing.headers(), delay, timing.token()));
  }

  /** Waits this long between events with content. */
  public Script tokenEvery(Duration delay) {
    return timing(new Timing(timing.headers(), timing.firstToken(), delay));
  }

  private Script timing(Timing changed) {
    return new Script(content, details, head, changed, framing, faults);
  }

  /** Writes the stream in this way. */
  public Script framing(Framing changed) {
    return new Script(content, details, head, timing, changed, faults);
  }

  /** Ends lines with LF, CRLF or CR. */
  public Script lineEnd(String end) {
    return framing(framing.withLineEnd(end));
  }

  /** Sends this many bytes of the body at a time. */
  public Script split(int bytes) {
    return framing(framing.withSplit(bytes, Duration.ZERO));
  }

  /** Sends the body in two pieces, a few milliseconds apart, the first of this many bytes. */
  public Script splitAt(int offset) {
    return framing(framing.withSplitAt(offset, Duration.ofMillis(5)));
  }

  /** Leaves out the end marker: HTTP ends well, the stream does not. */
  public Script withoutTerminal() {
    return framing(framing.withoutTerminal());
  }

  /** Closes the connection there. */
  public Script cut(Position at) {
    return fault(Fault.Kind.CUT, at, null, null);
  }

  /** Resets the connection there. */
  public Script reset(Position at) {
    return fault(Fault.Kind.RESET, at, null, null);
  }

  /** Sends nothing more from there on, and holds the connection open. */
  public Script stall(Position at) {
    return fault(Fault.Kind.STALL, at, null, null);
  }

  /** Sends nothing for a time there. */
  public Script stall(Position at, Duration duration) {
    return fault(Fault.Kind.STALL, at, null, duration);
  }

  /** Ends the body there as if it were whole. */
  public Script truncate(Position at) {
    return fault(Fault.Kind.TRUNCATE, at, null, null);
  }

  /** Sends the dialect's error event there, and ends. */
  public Script failAt(Position at, Failure failure) {
    return fault(Fault.Kind.ERROR, at, failure, null);
  }

  /** Sends an event of broken JSON there, and goes on. */
  public Script malformed(Position at) {
    return fault(Fault.Kind.MALFORMED, at, null, null);
  }

  /** Sends a chunk size there that is no number, and closes the connection. */
  public Script badChunk(Position at) {
    return fault(Fault.Kind.BAD_CHUNK, at, null, null);
  }

  /** Sends a chunk there that is shorter than it says, and closes the connection. */
  public Script truncatedChunk(Position at) {
    return fault(Fault.Kind.TRUNCATED_CHUNK, at, null, null);
  }

  /** One more fault. */
  public Script fault(Fault fault) {
    var all = new ArrayList<>(faults);
    all.add(fault);
    return new Script(content, details, head, timing, framing, all);
  }

  private Script fault(
      Fault.Kind kind, Position at, @Nullable Failure failure, @Nullable Duration duration) {
    return fault(new Fault(kind, at, failure, duration));
  }
}
