package dev.gatun.ai.client;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.gatun.ai.FinishReason;
import dev.gatun.ai.Message;
import dev.gatun.ai.ResponseFormat;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether an answer has the form that was asked for. Thread-safe. */
final class AnswerCheck {
  private static final int KEPT_SCHEMAS = 256;
  private static final int NAMED_ERRORS = 5;

  // References to schemas elsewhere are not followed: no request of a user opens a connection.
  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private final Schema metaSchema =
      registry.getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
  private final Map<Json.Obj, Schema> schemas =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Json.Obj, Schema> eldest) {
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
    try {
      Json.parse(text);
    } catch (IllegalArgumentException e) {
      return violation("it is not a JSON document");
    }
    List<Error> errors = schema(format.schema()).validate(text, InputFormat.JSON);
    return errors.isEmpty()
        ? Optional.empty()
        : violation(
            errors.stream()
                .limit(NAMED_ERRORS)
                .map(e -> "at '" + e.getInstanceLocation() + "': " + rule(e))
                .collect(Collectors.joining("; ")));
  }

  /** The rule that was broken, without the value, which may be personal data. */
  private static String rule(Error e) {
    return e.getProperty() == null || e.getProperty().isEmpty()
        ? "it breaks '" + e.getKeyword() + "' of the schema"
        : "it breaks '" + e.getKeyword() + "' of the schema for " + e.getProperty();
  }

  private static Optional<AiException> violation(String why) {
    return Optional.of(
        new AiException.SchemaViolation(
            Failure.of("The answer does not fit: " + why).billed(true)));
  }

  private Schema schema(Json.Obj schema) {
    synchronized (schemas) {
      Schema known = schemas.get(schema);
      if (known != null) {
        return known;
      }
    }
    Schema compiled;
    List<Error> errors = metaSchema.validate(schema.toString(), InputFormat.JSON);
    if (!errors.isEmpty()) {
      throw new AiException.InvalidRequest(
          Failure.of(
              "The JSON schema of the answer is none: at '"
                  + errors.getFirst().getInstanceLocation()
                  + "' "
                  + errors.getFirst().getMessage()));
    }
    try {
      compiled = registry.getSchema(schema.toString(), InputFormat.JSON);
      compiled.initializeValidators();
    } catch (RuntimeException e) {
      throw new AiException.InvalidRequest(
          Failure.of("The JSON schema of the answer is not usable: " + e.getMessage()).cause(e));
    }
    synchronized (schemas) {
      schemas.put(schema, compiled);
    }
    return compiled;
  }
}
