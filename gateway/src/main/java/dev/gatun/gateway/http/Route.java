package dev.gatun.gateway.http;

import dev.gatun.gateway.auth.Scope;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * An endpoint at a path.
 *
 * @param method the method, in upper case
 * @param path the path, with parameters in braces
 * @param scope what a client must be allowed to; empty for everybody
 * @param style the form of its errors
 * @param endpoint answers
 */
public record Route(
    String method, String path, Optional<Scope> scope, ErrorStyle style, Endpoint endpoint) {
  /** The form of errors. */
  public enum ErrorStyle {
    /** Problem details (RFC 9457). */
    PROBLEM,
    /** OpenAI's {@code {"error": …}}. */
    OPENAI,
    /** Anthropic's {@code {"type": "error", …}}. */
    ANTHROPIC
  }

  /** An endpoint for everybody. */
  public static Route open(String method, String path, Endpoint endpoint) {
    return new Route(method, path, Optional.empty(), ErrorStyle.PROBLEM, endpoint);
  }

  /** An endpoint for who may. */
  public static Route of(String method, String path, Scope scope, Endpoint endpoint) {
    return new Route(method, path, Optional.of(scope), ErrorStyle.PROBLEM, endpoint);
  }

  /** This route with its endpoint in another one. */
  public Route wrapped(UnaryOperator<Endpoint> wrapper) {
    return new Route(method, path, scope, style, wrapper.apply(endpoint));
  }

  /** This route with another form of errors. */
  public Route errors(ErrorStyle value) {
    return new Route(method, path, scope, value, endpoint);
  }

  /** This route with another endpoint. */
  public Route answeredBy(Endpoint value) {
    return new Route(method, path, scope, style, value);
  }
}
