package dev.gatun.ai.provider.dialect;

import dev.gatun.ai.ModelRef;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.provider.http.Waits;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a provider's error means: by its HTTP status and by the provider's own words. */
public final class Errors {
  private static final Pattern TOO_LONG =
      Pattern.compile(
          "maximum context length|exceeds the context window|prompt is too long"
              + "|exceeds the maximum number of tokens|maximum prompt length"
              + "|total length of all messages|payload size exceeds",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern BAD_KEY = Pattern.compile("api key", Pattern.CASE_INSENSITIVE);
  private static final Pattern NO_CREDIT =
      Pattern.compile(
          "credit balance is too low|no credits|used all available credits|spending limit",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern FILTERED =
      Pattern.compile(
          "content filtering policy|violates usage guidelines", Pattern.CASE_INSENSITIVE);
  private static final Pattern BUSY =
      Pattern.compile("at capacity|overloaded", Pattern.CASE_INSENSITIVE);
  private static final Pattern KEYS = Pattern.compile("(?:sk|pplx|xai|AIza)[-_A-Za-z0-9*.]{6,}");
  private static final int MAX_MESSAGE = 300;

  private Errors() {}

  /**
   * An error.
   *
   * @param status the HTTP status; 200 for an error in a stream
   * @param body the body
   * @param header the headers
   * @param now the time, for dates in headers
   * @param at whom was asked
   * @param key the key that was used: its text is taken out of messages
   */
  public static AiException of(
      int status,
      Json.Obj body,
      Function<String, @Nullable String> header,
      Instant now,
      ModelRef at,
      String key) {
    Words words = Words.of(body);
    int effective = status == 200 ? words.status() : status;
    String message =
        at.provider()
            + (status == 200 ? " reported an error" : " answered " + status)
            + (words.message().isEmpty() ? "" : ": " + scrub(words.message(), key));
    Failure f =
        Failure.of(message)
            .at(at)
            .status(effective == 0 ? status : effective)
            .code(scrub(words.code(), key))
            .requestId(requestId(header, body))
            .billed(status == 200);
    return classify(effective, words, f, () -> wait(header, words, now));
  }

  private static AiException classify(
      int status, Words w, Failure f, java.util.function.Supplier<Optional<Duration>> wait) {
    if (w.has("insufficient_quota", "billing_error")
        || w.perDay()
        || status == 402
        || NO_CREDIT.matcher(w.message()).find()) {
      return new AiException.QuotaExhausted(f.retryAfter(wait.get()));
    }
    if (status == 401
        || w.has("invalid_api_key", "authentication_error", "api_key_invalid", "unauthenticated")
        || (status == 400 && w.has("invalid-argument") && BAD_KEY.matcher(w.message()).find())) {
      return new AiException.AuthenticationFailed(f);
    }
    if (status == 413
        || w.has("context_length_exceeded", "too_many_prompt_tokens", "request_too_large")
        || (status < 500 && TOO_LONG.matcher(w.message()).find())) {
      return new AiException.ContextLengthExceeded(f);
    }
    if (w.has("content_policy_violation", "content_filter", "invalid_prompt")
        || (status < 500 && FILTERED.matcher(w.message()).find())) {
      return new AiException.ContentFiltered(f);
    }
    if (status == 403 || w.has("permission_error", "permission_denied")) {
      return new AiException.PermissionDenied(f);
    }
    if (status == 404
        || status == 410
        || w.has("model_not_found", "invalid_model", "not_found", "not_found_error")) {
      return new AiException.ModelNotFound(f);
    }
    if (status == 429
        || w.has(
            "rate_limit_error",
            "rate_limit_exceeded",
            "request_rate_limit_exceeded",
            "resource_exhausted")) {
      return new AiException.RateLimited(f.retryAfter(wait.get()));
    }
    if (status == 503
        || status == 529
        || w.has("overloaded_error", "server_is_overloaded", "unavailable")
        || (status == 0 && BUSY.matcher(w.message()).find())) {
      return new AiException.Overloaded(f.retryAfter(wait.get()));
    }
    if (status >= 500
        || status == 408
        || w.has("api_error", "server_error", "internal", "timeout_error")) {
      return new AiException.ServerFault(f.retryAfter(wait.get()));
    }
    if (status >= 400 || w.has("invalid_request_error", "invalid_argument", "bad_request")) {
      return new AiException.InvalidRequest(f);
    }
    if (status >= 300) {
      return new AiException.MalformedResponse(f);
    }
    return new AiException.ServerFault(f);
  }

  /** The providers' words for an error, in lower case, and their message. */
  private record Words(
      List<String> all, String message, int status, boolean perDay, @Nullable String delay) {
    static Words of(Json.Obj body) {
      List<String> all = new ArrayList<>();
      Json.Obj error = body.object("error");
      String message = error.string("message").orElse("");
      int status = 0;
      boolean perDay = false;
      String delay = null;
      if (body.string("error").isPresent()) { // xAI
        message = body.string("error").get();
        body.string("code").ifPresent(all::add);
      }
      for (String name : List.of("type", "code", "status")) {
        error.string(name).ifPresent(all::add);
      }
      long code = error.integer("code").orElse(0);
      if (code >= 400 && code < 600) {
        status = (int) code;
      }
      for (Json d : error.array("details")) { // Gemini
        if (d instanceof Json.Obj detail) {
          detail.string("reason").ifPresent(all::add);
          if (detail.string("retryDelay").isPresent()) {
            delay = detail.string("retryDelay").get();
          }
          for (Json v : detail.array("violations")) {
            perDay |= v instanceof Json.Obj o && o.string("quotaId").orElse("").contains("PerDay");
          }
        }
      }
      return new Words(
          all.stream().map(s -> s.toLowerCase(Locale.ROOT)).toList(),
          message,
          status,
          perDay,
          delay);
    }

    boolean has(String... words) {
      for (String w : words) {
        if (all.contains(w)) {
          return true;
        }
      }
      return false;
    }

    String code() {
      return all.isEmpty() ? "" : all.getLast();
    }
  }

  private static Optional<Duration> wait(
      Function<String, @Nullable String> header, Words words, Instant now) {
    Optional<Duration> told = Waits.retryAfter(header, now);
    if (told.isPresent()) {
      return told;
    }
    Optional<Duration> delay = Waits.go(words.delay());
    return delay.isPresent() ? delay : Limits.untilReset(header, now);
  }

  private static String requestId(Function<String, @Nullable String> header, Json.Obj body) {
    for (String name : List.of("x-request-id", "request-id")) {
      String value = header.apply(name);
      if (value != null && value.matches("[\\x21-\\x7e]{1,128}")) {
        return value;
      }
    }
    return body.string("request_id").orElse("");
  }

  /** A provider's message without keys, on one line, not endless. */
  static String scrub(String message, String key) {
    String clean = key.isEmpty() ? message : message.replace(key, "[key]");
    clean = KEYS.matcher(clean).replaceAll("[key]").replaceAll("\\s+", " ").strip();
    return clean.length() > MAX_MESSAGE ? clean.substring(0, MAX_MESSAGE) + "…" : clean;
  }

  /** An answer that is not in its format; it was given, so it may be billed. */
  public static AiException malformed(ModelRef at, String what) {
    return new AiException.MalformedResponse(
        Failure.of(at.provider() + "'s answer " + what).at(at).billed(true));
  }

  /** An error in a stream, or empty when an event is none. */
  static void throwIfError(Json.Obj event, ModelRef at) {
    if (event.get("error").isPresent()) {
      throw of(200, event, _ -> null, Instant.EPOCH, at, "");
    }
  }

  /**
   * The object of an event.
   *
   * @throws AiException when it is not one
   */
  static Json.Obj object(String data, ModelRef at) {
    try {
      if (Json.parse(data) instanceof Json.Obj o) {
        return o;
      }
    } catch (Json.JsonSyntaxException _) {
      // Said below.
    }
    throw malformed(at, "has an event that is not a JSON object");
  }
}
