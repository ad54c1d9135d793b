package dev.gatun.ai.spi;

import java.util.Map;
import java.util.Optional;

/**
 * Settings by the names of environment variables: {@code OPENAI_API_KEY}, {@code OPENAI_BASE_URL}.
 * Whatever holds them (the environment, a file, a secret store) is one of these. Thread-safe.
 */
@FunctionalInterface
public interface ProviderConfig {
  /** The value of a name, when it is set and not blank. */
  Optional<String> get(String name);

  /** The process's environment. */
  static ProviderConfig environment() {
    return of(System.getenv());
  }

  /** The entries of a map. */
  static ProviderConfig of(Map<String, String> values) {
    Map<String, String> copy = Map.copyOf(values);
    return name -> Optional.ofNullable(copy.get(name)).filter(v -> !v.isBlank());
  }

  /** This configuration, and another where this has nothing. */
  default ProviderConfig or(ProviderConfig other) {
    return name -> get(name).or(() -> other.get(name));
  }
}
