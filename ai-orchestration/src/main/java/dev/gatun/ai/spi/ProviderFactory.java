package dev.gatun.ai.spi;

import java.util.Optional;

/** Makes a provider from a configuration; found by {@link java.util.ServiceLoader}. */
public interface ProviderFactory {
  /** The id of the provider that it makes. */
  String id();

  /**
   * A provider, or empty when the configuration has no key for it.
   *
   * @throws IllegalArgumentException when the configuration has something unusable, such as a base
   *     URL that is none
   */
  Optional<Provider> create(ProviderConfig config);
}
