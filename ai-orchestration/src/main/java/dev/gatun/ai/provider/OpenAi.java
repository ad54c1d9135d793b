package dev.gatun.ai.provider;

import dev.gatun.ai.provider.dialect.Dialect;
import dev.gatun.ai.provider.dialect.Embeddings;
import dev.gatun.ai.provider.dialect.OpenAiChat;
import dev.gatun.ai.provider.dialect.Responses;
import dev.gatun.ai.spi.ChatCall;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.ProviderConfig;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * OpenAI: chat completions by default, Responses on request, for searches, and where a model from
 * GPT-5.6 on has tools; embeddings. Key: {@code OPENAI_API_KEY}; another address: {@code
 * OPENAI_BASE_URL}.
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
    /** From 5.6 on, models call tools over Responses only; chat completions refuse that. */
    private static final Pattern TOOLS_BY_RESPONSES =
        Pattern.compile("gpt-(?:5\\.[6-9]|[6-9]|\\d{2})(?![\\d]).*");

    private boolean responses;

    private Builder() {
      super(ID, "https://api.openai.com/v1");
    }

    /** Uses the Responses API for everything. */
    public Builder responses() {
      responses = true;
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
    Function<ChatCall, Dialect> dialect() {
      Dialect answers = new Responses(Responses.Flavor.OPENAI);
      Dialect chat = new OpenAiChat(OpenAiChat.Flavor.OPENAI);
      boolean always = responses;
      return c -> always || needsResponses(c) ? answers : chat;
    }

    private static boolean needsResponses(ChatCall call) {
      return call.request().search().isPresent()
          || (!call.request().tools().isEmpty()
              && TOOLS_BY_RESPONSES.matcher(call.model().ref().model()).matches());
    }

    @Override
    Optional<Embeddings> embeddings() {
      return Optional.of(Embeddings.OPENAI);
    }
  }
}
