package dev.gatun.ai;

import dev.gatun.ai.json.Json;
import java.net.URI;
import java.util.Base64;
import java.util.Optional;

/** A piece of a message. */
public sealed interface Part {
  /** Text. */
  record Text(String text) implements Part {}

  /**
   * An image, as bytes in base64 or as an address that the provider fetches.
   *
   * @param mediaType such as {@code image/png}
   * @param base64 the bytes, or empty when there is an address
   * @param uri the address, or empty when there are bytes
   */
  record Image(String mediaType, String base64, Optional<URI> uri) implements Part {
    /** An image of bytes. */
    public static Image of(String mediaType, byte[] bytes) {
      return new Image(mediaType, Base64.getEncoder().encodeToString(bytes), Optional.empty());
    }

    /** An image at an address. */
    public static Image of(URI uri) {
      return new Image("", "", Optional.of(uri));
    }
  }

  /**
   * A tool call by the model.
   *
   * @param id what the result refers to
   * @param name the tool's name
   * @param arguments the arguments as the model wrote them; usually a JSON object
   * @param signature an opaque text that must be sent back with the call, or empty; it begins with
   *     the model that made it, since no other takes it
   */
  record ToolCall(String id, String name, String arguments, String signature) implements Part {
    /** A call without a signature. */
    public ToolCall(String id, String name, String arguments) {
      this(id, name, arguments, "");
    }

    /**
     * The arguments as JSON.
     *
     * @throws Json.JsonSyntaxException when the model wrote something else
     */
    public Json json() {
      return Json.parse(arguments.isBlank() ? "{}" : arguments);
    }
  }

  /**
   * What a tool returned.
   *
   * @param id the id of the call
   * @param name the tool's name (some providers want it again)
   * @param content the result
   * @param error whether the tool failed
   */
  record ToolResult(String id, String name, String content, boolean error) implements Part {}

  /**
   * Reasoning that the model showed.
   *
   * @param text its text; may be empty where the provider encrypts it
   * @param signature an opaque text that must be sent back, or empty; it begins with the model that
   *     made it, since no other takes it: a request to another model goes without this part
   */
  record Reasoning(String text, String signature) implements Part {}
}
