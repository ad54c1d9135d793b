package dev.gatun.ai.provider;

import dev.gatun.ai.provider.dialect.Embeddings;
import dev.gatun.ai.provider.dialect.GeminiContent;
import dev.gatun.ai.provider.http.Signing;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.ai.spi.Secret;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import okhttp3.HttpUrl;

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
    HttpProvider.Spec spec(
        String name,
        HttpUrl address,
        List<Secret> secrets,
        Map<String, String> always,
        List<ModelInfo> known,
        Optional<Signing> signs) {
      GeminiContent dialect = new GeminiContent();
      return new HttpProvider.Spec(
          name,
          address,
          secrets,
          k -> Map.entry("x-goog-api-key", k.reveal()),
          always,
          known,
          _ -> dialect,
          Optional.of(Embeddings.GEMINI),
          signs);
    }
  }
}
