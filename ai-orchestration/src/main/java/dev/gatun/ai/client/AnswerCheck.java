package dev.gatun.ai.client;

import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Message;
import dev.gatun.ai.ResponseFormat;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.json.JsonSchema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether an answer has the form that was asked for. Thread-safe. */
final class AnswerCheck {
  private static final int KEPT_SCHEMAS = 256;
  private static final int NAMED_ERRORS = 5;

  private final Map<Json.Obj, JsonSchema> schemas =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Json.Obj, JsonSchema> eldest) {
          return size() > KEPT_SCHEMAS;
        }
      };

  /**
   * Compiles the schema of a format.
   *
   * @throws AiException.InvalidRequest when it is no schema
   */
  void prepare(ResponseFormat format) {
    if (format instanceof ResponseFormat.JsonSchema s) {
      schema(s.schema());
    }
  }

  /** What is wrong with an answer, if anything. One that ended for another reason passes. */
  Optional<AiException> problem(ResponseFormat format, Message answer, FinishReason finish) {
    return switch (finish.kind()) {
      case TOOL_CALLS, CONTENT_FILTER, REFUSAL, PAUSE -> Optional.empty();
      case STOP, LENGTH, OTHER ->
          switch (format) {
            case ResponseFormat.Text _ -> Optional.empty();
            case ResponseFormat.JsonObject _ -> object(answer.text());
            case ResponseFormat.JsonSchema s -> fits(s, answer.text());
          };
    };
  }

  private static Optional<AiException> object(String text) {
    try {
      return Json.parse(text) instanceof Json.Obj
          ? Optional.empty()
          : violation("it is JSON, but no object");
    } catch (IllegalArgumentException e) {
      return violation("it is not a JSON document");
    }
  }

  private Optional<AiException> fits(ResponseFormat.JsonSchema format, String text) {
    Json answer;
    try {
      answer = Json.parse(text);
    } catch (IllegalArgumentException e) {
      return violation("it is not a JSON document");
    }
    List<JsonSchema.Violation> errors = schema(format.schema()).check(answer);
    return errors.isEmpty()
        ? Optional.empty()
        : violation(
            errors.stream()
                .limit(NAMED_ERRORS)
                .map(JsonSchema.Violation::toString)
                .collect(Collectors.joining("; ")));
  }

  private static Optional<AiException> violation(String why) {
    return Optional.of(
        new AiException.SchemaViolation(
            Failure.of("The answer does not fit: " + why).billed(true)));
  }

  private JsonSchema schema(Json.Obj schema) {
    synchronized (schemas) {
      JsonSchema known = schemas.get(schema);
      if (known != null) {
        return known;
      }
    }
    JsonSchema compiled;
    try {
      compiled = JsonSchema.of(schema);
    } catch (IllegalArgumentException e) {
      throw new AiException.InvalidRequest(
          Failure.of("The form of the answer cannot be asked for: " + e.getMessage()).cause(e));
    }
    synchronized (schemas) {
      schemas.put(schema, compiled);
    }
    return compiled;
  }
}
