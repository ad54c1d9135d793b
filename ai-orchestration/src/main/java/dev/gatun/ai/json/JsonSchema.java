package dev.gatun.ai.json;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.util.List;

/**
 * A JSON schema (draft 2020-12) that documents are checked with. References to schemas elsewhere
 * are not followed: no schema of a user opens a connection. Immutable and thread-safe.
 */
public final class JsonSchema {
  private static final Schema META =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));

  private final Schema compiled;

  private JsonSchema(Schema compiled) {
    this.compiled = compiled;
  }

  /**
   * A rule that a document breaks.
   *
   * @param pointer where, as a JSON pointer
   * @param keyword the rule's keyword, such as {@code minimum}
   * @param property the member that the rule is about, or empty
   */
  public record Violation(String pointer, String keyword, String property) {
    /** The rule without the value, which may be personal data. */
    @Override
    public String toString() {
      return "at '"
          + pointer
          + "': it breaks '"
          + keyword
          + "' of the schema"
          + (property.isEmpty() ? "" : " for " + property);
    }
  }

  /**
   * A schema; {@code format} is a remark and not checked, as the draft has it.
   *
   * @throws IllegalArgumentException when it is no usable schema; the message says where and why
   */
  public static JsonSchema of(Json.Obj schema) {
    return of(schema, false);
  }

  /**
   * A schema.
   *
   * @param formats whether the documents must have the formats that the schema names
   * @throws IllegalArgumentException when it is no usable schema; the message says where and why
   */
  public static JsonSchema of(Json.Obj schema, boolean formats) {
    String text = schema.toString();
    List<Error> errors = META.validate(text, InputFormat.JSON);
    if (!errors.isEmpty()) {
      throw new IllegalArgumentException(
          "The JSON schema is none: at '"
              + errors.getFirst().getInstanceLocation()
              + "' "
              + errors.getFirst().getMessage());
    }
    try {
      SchemaRegistryConfig config =
          SchemaRegistryConfig.builder().formatAssertionsEnabled(formats).build();
      Schema compiled =
          SchemaRegistry.withDefaultDialect(
                  SpecificationVersion.DRAFT_2020_12, b -> b.schemaRegistryConfig(config))
              .getSchema(text, InputFormat.JSON);
      compiled.initializeValidators();
      return new JsonSchema(compiled);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("The JSON schema is not usable: " + e.getMessage(), e);
    }
  }

  /** The rules that a document breaks; none when it fits. */
  public List<Violation> check(Json document) {
    return compiled.validate(document.toString(), InputFormat.JSON).stream()
        .map(e ->
            new Violation(
                e.getInstanceLocation().toString(),
                e.getKeyword(),
                e.getProperty() == null ? "" : e.getProperty()))
        .toList();
  }
}
