package dev.gatun.ai.provider;

import dev.gatun.ai.provider.dialect.Dialect;
import dev.gatun.ai.provider.dialect.OpenAiChat;
import dev.gatun.ai.provider.dialect.Responses;
import dev.gatun.ai.spi.ChatCall;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.ProviderConfig;
import java.util.function.Function;

/**
 * Perplexity: the Agent API by default, Sonar's chat completions on request. Answers have sources
 * and a cost. Key: {@code PERPLEXITY_API_KEY}; another address: {@code PERPLEXITY_BASE_URL}.
 */
public final class Perplexity {
  static final String ID = "perplexity";

  private Perplexity() {}

  /**
   * Perplexity with the environment's settings.
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
    private Dialect dialect = new Responses(Responses.Flavor.AGENT);

    private Builder() {
      super(ID, "https://api.perplexity.ai");
    }

    /** Uses Sonar's chat completions, which the Agent API succeeds. */
    public Builder sonar() {
      dialect = new OpenAiChat(OpenAiChat.Flavor.SONAR);
      return this;
    }

    @Override
    Function<ChatCall, Dialect> dialect() {
      Dialect chosen = dialect;
      return _ -> chosen;
    }
  }
}
