package dev.gatun.ai.testkit;

import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Which requests a script is for. Immutable; conditions add up. */
public final class Match {
  private static final Match ALL = new Match(request -> true, "any");

  private final Predicate<RecordedRequest> condition;
  private final String text;

  private Match(Predicate<RecordedRequest> condition, String text) {
    this.condition = condition;
    this.text = text;
  }

  /** Chat, Responses and embeddings of any dialect. */
  public static Match any() {
    return ALL.where(
        "content",
        request ->
            request.operation() == Operation.CHAT
                || request.operation() == Operation.RESPONSES
                || request.operation() == Operation.EMBEDDINGS);
  }

  /** Chat, Responses and embeddings of a dialect. */
  public static Match dialect(Dialect dialect) {
    return any().where("dialect " + dialect.id(), request -> request.dialect() == dialect);
  }

  /** One operation of any dialect. */
  public static Match operation(Operation operation) {
    return ALL.where("operation " + operation, request -> request.operation() == operation);
  }

  /** Requests to a path, without its query, of any dialect and operation. */
  public static Match path(String path) {
    return ALL.where("path " + path, request -> request.path().equals(path));
  }

  /** Of this dialect too. */
  public Match of(Dialect dialect) {
    return where("dialect " + dialect.id(), request -> request.dialect() == dialect);
  }

  /** For this model too; {@code *} stands for any text. */
  public Match model(String glob) {
    Pattern pattern = glob(glob);
    return where("model " + glob, request -> pattern.matcher(request.model()).matches());
  }

  /** With this key too. */
  public Match key(String key) {
    return where("one key", request -> request.key().equals(key));
  }

  /** With a header of this value too; {@code *} stands for any text. */
  public Match header(String name, String glob) {
    Pattern pattern = glob(glob);
    return where(
        "header " + name,
        request ->
            request.headers().all(name).stream()
                .anyMatch(value -> pattern.matcher(value).matches()));
  }

  /** With this text somewhere in the body too. */
  public Match bodyContains(String part) {
    return where("body with " + part, request -> request.body().contains(part));
  }

  /** As a stream, or not, too. */
  public Match streaming(boolean streaming) {
    return where("streaming " + streaming, request -> request.streaming() == streaming);
  }

  /** On a condition of the caller's own too; {@code name} is for messages. */
  public Match where(String name, Predicate<RecordedRequest> more) {
    Objects.requireNonNull(more, "more");
    return new Match(condition.and(more), this == ALL ? name : text + ", " + name);
  }

  /** Whether a request is meant. */
  public boolean matches(RecordedRequest request) {
    return condition.test(request);
  }

  private static Pattern glob(String glob) {
    var regex = new StringBuilder();
    int from = 0;
    for (int star = glob.indexOf('*'); star >= 0; star = glob.indexOf('*', from)) {
      regex.append(Pattern.quote(glob.substring(from, star))).append(".*");
      from = star + 1;
    }
    return Pattern.compile(regex + Pattern.quote(glob.substring(from)), Pattern.DOTALL);
  }

  @Override
  public String toString() {
    return "Match[" + text + "]";
  }
}
