package dev.gatun.ai.provider;

import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.ai.spi.ProviderFactory;
import java.util.Optional;
import java.util.function.Supplier;

/** The factories of the providers that come with Gatun, for {@link java.util.ServiceLoader}. */
public abstract sealed class Factories implements ProviderFactory {
  private final String id;
  private final Supplier<? extends HttpProviderBuilder<?>> builder;

  private Factories(String id, Supplier<? extends HttpProviderBuilder<?>> builder) {
    this.id = id;
    this.builder = builder;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Optional<Provider> create(ProviderConfig config) {
    HttpProviderBuilder<?> configured = builder.get().configured(config);
    return configured.hasKey() ? Optional.of(configured.build()) : Optional.empty();
  }

  /** OpenAI. */
  public static final class ForOpenAi extends Factories {
    /** By the service loader. */
    public ForOpenAi() {
      super(OpenAi.ID, OpenAi::builder);
    }
  }

  /** Anthropic. */
  public static final class ForAnthropic extends Factories {
    /** By the service loader. */
    public ForAnthropic() {
      super(Anthropic.ID, Anthropic::builder);
    }
  }

  /** Perplexity. */
  public static final class ForPerplexity extends Factories {
    /** By the service loader. */
    public ForPerplexity() {
      super(Perplexity.ID, Perplexity::builder);
    }
  }

  /** Gemini. */
  public static final class ForGemini extends Factories {
    /** By the service loader. */
    public ForGemini() {
      super(Gemini.ID, Gemini::builder);
    }
  }

  /** xAI. */
  public static final class ForXAi extends Factories {
    /** By the service loader. */
    public ForXAi() {
      super(XAi.ID, XAi::builder);
    }
  }
}
