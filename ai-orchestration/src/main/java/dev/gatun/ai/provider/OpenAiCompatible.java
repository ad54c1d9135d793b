package dev.gatun.ai.provider;

import dev.gatun.ai.provider.dialect.Dialect;
import dev.gatun.ai.provider.dialect.Embeddings;
import dev.gatun.ai.provider.dialect.OpenAiChat;
import dev.gatun.ai.spi.ChatCall;
import java.util.Optional;
import java.util.function.Function;

/**
 * Any endpoint that follows OpenAI's chat completions: a self-hosted server, another provider. It
 * needs no key where the endpoint needs none.
 */
public final class OpenAiCompatible {
  private OpenAiCompatible() {}

  /**
   * An endpoint.
   *
   * @param id what the provider is called, in lower case
   * @param baseUrl its address, such as {@code http://localhost:8000/v1}
   * @throws IllegalArgumentException when either is unusable
   */
  public static Builder at(String id, String baseUrl) {
    if (!id.matches("[a-z][a-z0-9-]{0,31}")) {
      throw new IllegalArgumentException(
          "A provider's id is of lower-case letters, digits and -, got '" + id + "'");
    }
    return new Builder(id, baseUrl);
  }

  /** Collects the settings; not thread-safe. */
  public static final class Builder extends HttpProviderBuilder<Builder> {
    private Builder(String id, String base) {
      super(id, base);
    }

    @Override
    boolean needsKey() {
      return false;
    }

    @Override
    Function<ChatCall, Dialect> dialect() {
      OpenAiChat dialect = new OpenAiChat(OpenAiChat.Flavor.COMPATIBLE);
      return _ -> dialect;
    }

    @Override
    Optional<Embeddings> embeddings() {
      return Optional.of(Embeddings.OPENAI);
    }
  }
}
