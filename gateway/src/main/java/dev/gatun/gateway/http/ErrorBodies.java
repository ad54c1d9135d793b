package dev.gatun.gateway.http;

import dev.gatun.ai.json.Json;

/** A problem in the form that a client's library understands. */
public final class ErrorBodies {
  private ErrorBodies() {}

  /** The body of a problem. */
  public static Json.Obj of(Problem p, Route.ErrorStyle style, String requestId) {
    return switch (style) {
      case PROBLEM -> p.json(requestId);
      case OPENAI ->
          Json.object(
              "error",
              Json.object()
                  .put("message", p.detail())
                  .put("type", openAiType(p.status()))
                  .put("param", p.pointer().map(ErrorBodies::param).map(Json::of).orElse(Json.NULL))
                  .put("code", openAiCode(p))
                  .build());
      case ANTHROPIC ->
          Json.object()
              .put("type", "error")
              .put(
                  "error",
                  Json.object()
                      .put("type", anthropicType(p.status()))
                      .put("message", p.pointer().map(x -> param(x) + ": ").orElse("") + p.detail())
                      .build())
              .put("request_id", requestId)
              .build();
    };
  }

  /** The media type of a body in this form. */
  public static String contentType(Route.ErrorStyle style) {
    return style == Route.ErrorStyle.PROBLEM ? "application/problem+json" : "application/json";
  }

  /** {@code /messages/0/role} as {@code messages[0].role}. */
  private static String param(String pointer) {
    StringBuilder out = new StringBuilder();
    for (String part : pointer.substring(Math.min(1, pointer.length())).split("/", -1)) {
      String name = part.replace("~1", "/").replace("~0", "~");
      if (!name.isEmpty() && name.chars().allMatch(Character::isDigit)) {
        out.append('[').append(name).append(']');
      } else {
        out.append(out.isEmpty() ? "" : ".").append(name);
      }
    }
    return out.toString();
  }

  private static String openAiType(int status) {
    return switch (status) {
      case 401 -> "authentication_error";
      case 403 -> "permission_error";
      case 402 -> "insufficient_quota";
      case 429 -> "rate_limit_error";
      default -> status < 500 ? "invalid_request_error" : "server_error";
    };
  }

  private static String openAiCode(Problem p) {
    return switch (p.type()) {
      case "unauthorized" -> "invalid_api_key";
      case "rate-limited", "upstream-rate-limited" -> "rate_limit_exceeded";
      case "budget-exceeded" -> "insufficient_quota";
      default -> p.type().replace('-', '_');
    };
  }

  private static String anthropicType(int status) {
    return switch (status) {
      case 401 -> "authentication_error";
      case 402 -> "billing_error";
      case 403 -> "permission_error";
      case 404 -> "not_found_error";
      case 413 -> "request_too_large";
      case 429 -> "rate_limit_error";
      case 503 -> "overloaded_error";
      case 504 -> "timeout_error";
      default -> status < 500 ? "invalid_request_error" : "api_error";
    };
  }
}
