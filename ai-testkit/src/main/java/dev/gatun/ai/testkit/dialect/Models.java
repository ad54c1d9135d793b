package dev.gatun.ai.testkit.dialect;

import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.RecordedRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The models that each provider lists. */
final class Models {
  private static final long CREATED = 1_767_225_600; // 2026-01-01

  private Models() {}

  static List<String> names(Dialect dialect) {
    return switch (dialect) {
      case OPENAI ->
          List.of("gpt-5.4", "gpt-5-nano", "text-embedding-3-small", "text-embedding-3-large");
      case ANTHROPIC -> List.of("claude-sonnet-5", "claude-haiku-4-5-20251001");
      case PERPLEXITY ->
          List.of("sonar", "sonar-pro", "sonar-reasoning-pro", "sonar-deep-research");
      case GEMINI -> List.of("gemini-3-flash-preview", "gemini-2.5-flash", "gemini-embedding-001");
      case XAI -> List.of("grok-4.3", "grok-4-1-fast-non-reasoning");
    };
  }

  /** The model that answers, if no script says so: the one asked for. */
  static String served(RecordedRequest request) {
    return request.model().isEmpty() ? names(request.dialect()).getFirst() : request.model();
  }

  /** The list, or the model that the path names; null if there is none of that name. */
  static @Nullable Map<String, @Nullable Object> body(RecordedRequest request) {
    Dialect dialect = request.dialect();
    List<String> names = names(dialect);
    if (!request.model().isEmpty()) {
      return names.contains(request.model()) ? one(dialect, request.model()) : null;
    }
    var all = new ArrayList<@Nullable Object>();
    for (String name : names) {
      all.add(one(dialect, name));
    }
    return switch (dialect) {
      case GEMINI -> Json.obj("models", all);
      case ANTHROPIC ->
          Json.obj(
              "data",
              all,
              "has_more",
              false,
              "first_id",
              names.getFirst(),
              "last_id",
              names.getLast());
      case OPENAI, PERPLEXITY, XAI -> Json.obj("object", "list", "data", all);
    };
  }

  private static Map<String, @Nullable Object> one(Dialect dialect, String name) {
    return switch (dialect) {
      case OPENAI, PERPLEXITY, XAI ->
          Json.obj("id", name, "object", "model", "created", CREATED, "owned_by", dialect.id());
      case ANTHROPIC ->
          Json.obj(
              "type",
              "model",
              "id",
              name,
              "display_name",
              name,
              "created_at",
              "2026-01-01T00:00:00Z");
      case GEMINI ->
          Json.obj(
              "name",
              "models/" + name,
              "version",
              "001",
              "displayName",
              name,
              "inputTokenLimit",
              1_048_576,
              "outputTokenLimit",
              65_536,
              "supportedGenerationMethods",
              name.contains("embedding")
                  ? List.of("embedContent", "batchEmbedContents")
                  : List.of("generateContent", "countTokens"));
    };
  }
}
