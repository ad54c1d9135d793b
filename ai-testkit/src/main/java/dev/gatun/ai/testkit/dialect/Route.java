package dev.gatun.ai.testkit.dialect;

import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.Operation;

/**
 * What a path means.
 *
 * @param dialect whose path it is
 * @param operation what it is for
 * @param model the model in the path, or empty
 * @param streaming whether the path asks for a stream
 * @param action the rest of it that tells forms of an operation apart, such as embedContent
 */
public record Route(
    Dialect dialect, Operation operation, String model, boolean streaming, String action) {

  /**
   * The route of a path. A path that does not begin with a dialect's prefix is told by its shape;
   * what looks the same for all is OpenAI's, or xAI's if the model is a grok.
   */
  public static Route of(String path, String modelInBody) {
    for (Dialect dialect : Dialect.values()) {
      if (path.startsWith(dialect.prefix() + "/")) {
        return of(dialect, path.substring(dialect.prefix().length()));
      }
    }
    Dialect guess =
        path.startsWith("/v1beta")
            ? Dialect.GEMINI
            : path.startsWith("/v1/messages")
                ? Dialect.ANTHROPIC
                : path.startsWith("/chat/completions")
                        || path.endsWith("/sonar")
                        || path.endsWith("/agent")
                    ? Dialect.PERPLEXITY
                    : modelInBody.startsWith("grok") ? Dialect.XAI : Dialect.OPENAI;
    return of(guess, path);
  }

  private static Route of(Dialect dialect, String path) {
    return switch (dialect) {
      case GEMINI -> gemini(path);
      case ANTHROPIC ->
          switch (path) {
            case "/v1/messages" -> plain(dialect, Operation.CHAT);
            case "/v1/messages/count_tokens" -> plain(dialect, Operation.COUNT_TOKENS);
            default -> models(dialect, path);
          };
      case PERPLEXITY ->
          switch (path) {
            case "/chat/completions", "/v1/chat/completions", "/v1/sonar" ->
                plain(dialect, Operation.CHAT);
            case "/v1/agent", "/v1/responses" -> plain(dialect, Operation.RESPONSES);
            default -> models(dialect, path);
          };
      case OPENAI, XAI ->
          switch (path) {
            case "/v1/chat/completions" -> plain(dialect, Operation.CHAT);
            case "/v1/responses" -> plain(dialect, Operation.RESPONSES);
            case "/v1/embeddings" -> plain(dialect, Operation.EMBEDDINGS);
            default -> models(dialect, path);
          };
    };
  }

  private static Route plain(Dialect dialect, Operation operation) {
    return new Route(dialect, operation, "", false, "");
  }

  private static Route models(Dialect dialect, String path) {
    if (path.equals("/v1/models")) {
      return plain(dialect, Operation.MODELS);
    }
    if (path.startsWith("/v1/models/")) {
      return new Route(
          dialect, Operation.MODELS, path.substring("/v1/models/".length()), false, "");
    }
    return plain(dialect, Operation.UNKNOWN);
  }

  private static Route gemini(String path) {
    int models = path.indexOf("/models");
    String version = models < 0 ? path : path.substring(0, models);
    if (models < 0
        || !(version.equals("/v1beta") || version.equals("/v1") || version.equals("/v1alpha"))) {
      return plain(Dialect.GEMINI, Operation.UNKNOWN);
    }
    String rest = path.substring(models + "/models".length());
    if (rest.isEmpty()) {
      return plain(Dialect.GEMINI, Operation.MODELS);
    }
    int colon = rest.lastIndexOf(':');
    if (colon < 0) {
      return new Route(Dialect.GEMINI, Operation.MODELS, rest.substring(1), false, "");
    }
    String model = rest.substring(1, colon);
    String action = rest.substring(colon + 1);
    return switch (action) {
      case "generateContent" -> new Route(Dialect.GEMINI, Operation.CHAT, model, false, action);
      case "streamGenerateContent" ->
          new Route(Dialect.GEMINI, Operation.CHAT, model, true, action);
      case "embedContent", "batchEmbedContents" ->
          new Route(Dialect.GEMINI, Operation.EMBEDDINGS, model, false, action);
      case "countTokens" -> new Route(Dialect.GEMINI, Operation.COUNT_TOKENS, model, false, action);
      default -> new Route(Dialect.GEMINI, Operation.UNKNOWN, model, false, action);
    };
  }
}
