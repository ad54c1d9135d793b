package dev.gatun.ai.provider;

import dev.gatun.ai.catalog.Catalog;
import dev.gatun.ai.provider.dialect.Dialect;
import dev.gatun.ai.provider.dialect.Embeddings;
import dev.gatun.ai.provider.http.Signing;
import dev.gatun.ai.spi.ChatCall;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.ai.spi.Secret;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import okhttp3.HttpUrl;

/**
 * What all providers over HTTP have in common; not thread-safe.
 *
 * @param <B> the builder itself
 */
public abstract sealed class HttpProviderBuilder<B extends HttpProviderBuilder<B>>
    permits OpenAi.Builder,
        Anthropic.Builder,
        Perplexity.Builder,
        Gemini.Builder,
        XAi.Builder,
        OpenAiCompatible.Builder {
  private final String id;
  private HttpUrl base;
  private final List<Secret> keys = new ArrayList<>();
  private final Map<String, String> headers = new LinkedHashMap<>();
  private List<ModelInfo> models;
  private Optional<Signing> signing = Optional.empty();

  HttpProviderBuilder(String id, String base) {
    this.id = id;
    this.base = url(base);
    this.models = Catalog.shipped().of(id);
  }

  @SuppressWarnings("unchecked")
  private B self() {
    return (B) this;
  }

  /**
   * Adds a key; several are used in turn when one is refused or has to wait.
   *
   * @throws IllegalArgumentException when it cannot be a key; the message does not have it
   */
  public B key(String value) {
    keys.add(Secret.of(value));
    return self();
  }

  /**
   * Sets another address, such as a proxy's.
   *
   * @param value an http or https URL without user, query and fragment
   * @throws IllegalArgumentException when it is something else
   */
  public B baseUrl(String value) {
    base = url(value);
    return self();
  }

  /** Adds a header to each request. */
  public B header(String name, String value) {
    headers.put(name, value);
    return self();
  }

  /** Sets the models that routing may choose. */
  public B models(List<ModelInfo> values) {
    models = List.copyOf(values);
    return self();
  }

  /** Takes the models from a catalog. */
  public B catalog(Catalog catalog) {
    models = catalog.of(id);
    return self();
  }

  /** Signs each request with a secret that the endpoint shares: see {@link Signing}. */
  public B signing(String secret) {
    signing = Optional.of(new Signing(Secret.of(secret)));
    return self();
  }

  /** Takes keys and base URL from a configuration, by the provider's environment variables. */
  B configured(ProviderConfig config) {
    String prefix = id.toUpperCase(Locale.ROOT).replace('-', '_');
    for (String name : List.of(prefix + "_API_KEY", prefix + "_API_KEYS")) {
      config
          .get(name)
          .ifPresent(all -> {
            for (String key : all.split(",", -1)) {
              if (!key.isBlank()) {
                addKey(name, key);
              }
            }
          });
    }
    config.get(prefix + "_BASE_URL").ifPresent(this::baseUrl);
    return self();
  }

  private void addKey(String name, String key) {
    try {
      key(key);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  final boolean hasKey() {
    return !keys.isEmpty();
  }

  final String id() {
    return id;
  }

  /**
   * The provider.
   *
   * @throws IllegalArgumentException when there is no key
   */
  public Provider build() {
    if (keys.isEmpty() && needsKey()) {
      throw new IllegalArgumentException(
          id + " needs a key: set " + id.toUpperCase(Locale.ROOT) + "_API_KEY or call key(…)");
    }
    List<Secret> all = keys.isEmpty() ? List.of(Secret.NONE) : List.copyOf(keys);
    Map<String, String> always = new LinkedHashMap<>(headers);
    always.putAll(ownHeaders());
    return new HttpProvider(
        new HttpProvider.Spec(
            id, base, all, auth(), Map.copyOf(always), models, dialect(), embeddings(), signing));
  }

  boolean needsKey() {
    return true;
  }

  /** How a call is put; asked once, when the provider is built. */
  abstract Function<ChatCall, Dialect> dialect();

  /** The header that shows a key. */
  Function<Secret, Map.Entry<String, String>> auth() {
    return HttpProviderBuilder::bearer;
  }

  /** How embeddings are asked for, where there are some. */
  Optional<Embeddings> embeddings() {
    return Optional.empty();
  }

  /** Headers that the format wants. */
  Map<String, String> ownHeaders() {
    return Map.of();
  }

  private static HttpUrl url(String text) {
    HttpUrl url = HttpUrl.parse(text);
    if (url == null
        || !url.username().isEmpty()
        || !url.password().isEmpty()
        || url.query() != null
        || url.fragment() != null) {
      throw new IllegalArgumentException(
          "A base URL is an http or https address without user, query and fragment, such as"
              + " https://api.example.com/v1");
    }
    return url.encodedPath().endsWith("/") ? url : url.newBuilder().addPathSegment("").build();
  }

  static Map.Entry<String, String> bearer(Secret key) {
    return Map.entry("Authorization", "Bearer " + key.reveal());
  }
}
