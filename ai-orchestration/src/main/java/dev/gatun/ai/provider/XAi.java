package dev.gatun.ai.provider;

import dev.gatun.ai.provider.dialect.Dialect;
import dev.gatun.ai.provider.dialect.OpenAiChat;
import dev.gatun.ai.provider.dialect.Responses;
import dev.gatun.ai.spi.ChatCall;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.ProviderConfig;
import java.util.function.Function;

/**
 * xAI's Grok: Responses by default, chat completions on request. Answers tell their cost. Key:
 * {@code XAI_API_KEY}; another address: {@code XAI_BASE_URL}.
 */
public final class XAi {
  static final String ID = "xai";

  private XAi() {}

  /**
   * xAI with the environment's settings.
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
    private Dialect dialect = new Responses(Responses.Flavor.XAI);

    private Builder() {
      super(ID, "https://api.x.ai/v1");
    }

    /** Uses chat completions, which xAI calls deprecated. */
    public Builder chatCompletions() {
      dialect = new OpenAiChat(OpenAiChat.Flavor.XAI);
      return this;
    }

    @Override
    Function<ChatCall, Dialect> dialect() {
      Dialect chosen = dialect;
      return _ -> chosen;
    }
  }
}
