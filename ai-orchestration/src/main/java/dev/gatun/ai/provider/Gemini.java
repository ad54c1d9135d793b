package dev.gatun.ai.provider;

import dev.gatun.ai.provider.dialect.Dialect;
import dev.gatun.ai.provider.dialect.Embeddings;
import dev.gatun.ai.provider.dialect.GeminiContent;
import dev.gatun.ai.spi.ChatCall;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.ai.spi.Secret;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Google's Gemini: generateContent and embeddings. Key: {@code GEMINI_API_KEY}; another address:
 * {@code GEMINI_BASE_URL}.
 */
public final class Gemini {
  static final String ID = "gemini";

  private Gemini() {}

  /**
   * Gemini with the environment's settings.
   *
   * @throws IllegalArgumentException when there is no key, or a setting is unusable
   */
  public static Provider fromEnv() {
    return builder().configured(ProviderConfig.environment()).build();
  }

  /** A builder without a key. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects the settings; not thread-safe. */
  public static final class Builder extends HttpProviderBuilder<Builder> {
    private Builder() {
      super(ID, "https://generativelanguage.googleapis.com");
    }

    @Override
    Function<ChatCall, Dialect> dialect() {
      GeminiContent dialect = new GeminiContent();
      return _ -> dialect;
    }

    @Override
    Function<Secret, Map.Entry<String, String>> auth() {
      return k -> Map.entry("x-goog-api-key", k.reveal());
    }

    @Override
    Optional<Embeddings> embeddings() {
      return Optional.of(Embeddings.GEMINI);
    }
  }
}
