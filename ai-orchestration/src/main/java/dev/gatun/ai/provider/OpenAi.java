package dev.gatun.ai.provider;

import dev.gatun.ai.provider.dialect.Dialect;
import dev.gatun.ai.provider.dialect.Embeddings;
import dev.gatun.ai.provider.dialect.OpenAiChat;
import dev.gatun.ai.provider.dialect.Responses;
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
 * OpenAI: chat completions by default, Responses on request, embeddings. Key: {@code
 * OPENAI_API_KEY}; another address: {@code OPENAI_BASE_URL}.
 */
public final class OpenAi {
  static final String ID = "openai";

  private OpenAi() {}

  /**
   * OpenAI with the environment's settings.
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
    private Dialect dialect = new OpenAiChat(OpenAiChat.Flavor.OPENAI);

    private Builder() {
      super(ID, "https://api.openai.com/v1");
    }

    /** Uses the Responses API instead of chat completions. */
    public Builder responses() {
      dialect = new Responses(Responses.Flavor.OPENAI);
      return this;
    }

    /** Names the organization that is billed. */
    public Builder organization(String value) {
      return header("OpenAI-Organization", value);
    }

    /** Names the project that is billed. */
    public Builder project(String value) {
      return header("OpenAI-Project", value);
    }

    @Override
    HttpProvider.Spec spec(
        String name,
        HttpUrl address,
        List<Secret> secrets,
        Map<String, String> always,
        List<ModelInfo> known,
        Optional<Signing> signs) {
      Dialect chosen = dialect;
      return new HttpProvider.Spec(
          name,
          address,
          secrets,
          HttpProviderBuilder::bearer,
          always,
          known,
          _ -> chosen,
          Optional.of(Embeddings.OPENAI),
          signs);
    }
  }
}
