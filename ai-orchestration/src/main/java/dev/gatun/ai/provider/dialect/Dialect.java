package dev.gatun.ai.provider.dialect;

import dev.gatun.ai.ModelRef;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ChatCall;
import dev.gatun.ai.spi.ChatReply;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.RateLimits;
import java.util.function.Consumer;

/** A format of chat requests and answers. Thread-safe. */
public interface Dialect {
  /** The path of a request under the provider's base URL, with its query. */
  String path(ModelInfo model, boolean stream);

  /** The body of a request. */
  Json.Obj request(ChatCall call, boolean stream);

  /**
   * An answer that came in one piece.
   *
   * @throws dev.gatun.ai.error.AiException when it says an error or is not in this format
   */
  ChatReply reply(Json.Obj body, RateLimits limits, ModelRef at);

  /** A decoder of one stream. */
  Decoder decoder(ModelRef at);

  /** Turns a provider's events into ours. Not thread-safe. */
  interface Decoder {
    /**
     * Takes the next event.
     *
     * @param name its name, or empty
     * @param data its data
     * @param out takes what it means
     * @throws dev.gatun.ai.error.AiException when it says an error or is not in this format
     */
    void accept(String name, String data, Consumer<StreamEvent> out);

    /**
     * The connection has ended. Passes on {@link StreamEvent.Finished} where the end itself is the
     * format's end marker.
     */
    default void end(Consumer<StreamEvent> out) {}
  }
}
