package dev.gatun.ai.provider;

import dev.gatun.ai.provider.dialect.AnthropicMessages;
import dev.gatun.ai.provider.dialect.Dialect;
import dev.gatun.ai.spi.ChatCall;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.ai.spi.Secret;
import java.util.Map;
import java.util.function.Function;

/**
 * Anthropic's messages. Key: {@code ANTHROPIC_API_KEY}; another address: {@code
 * ANTHROPIC_BASE_URL}.
 */
public final class Anthropic {
  static final String ID = "anthropic";

  private Anthropic() {}

  /**
   * Anthropic with the environment's settings.
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
    /** From this version on the key is a bearer token and sampling parameters are refused. */
    private static final String BEARER_SINCE = "2026-10-21";

    private String version = "2023-06-01";

    private Builder() {
      super(ID, "https://api.anthropic.com");
    }

    /** Sets the API version, a date; from 2026-10-21 on temperature and top-p are not sent. */
    public Builder version(String value) {
      if (!value.matches("\\d{4}-\\d{2}-\\d{2}")) {
        throw new IllegalArgumentException(
            "Anthropic's API version is a date such as 2023-06-01, got '" + value + "'");
      }
      version = value;
      return this;
    }

    /** Asks for features in beta. */
    public Builder beta(String... features) {
      return header("anthropic-beta", String.join(",", features));
    }

    private boolean byBearer() {
      return version.compareTo(BEARER_SINCE) >= 0;
    }

    @Override
    Function<ChatCall, Dialect> dialect() {
      AnthropicMessages dialect = new AnthropicMessages(!byBearer());
      return _ -> dialect;
    }

    @Override
    Function<Secret, Map.Entry<String, String>> auth() {
      return byBearer() ? HttpProviderBuilder::bearer : k -> Map.entry("x-api-key", k.reveal());
    }

    @Override
    Map<String, String> ownHeaders() {
      return Map.of("anthropic-version", version);
    }
  }
}
