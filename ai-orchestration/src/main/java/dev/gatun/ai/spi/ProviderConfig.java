package dev.gatun.ai.spi;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Settings by the names of environment variables: {@code OPENAI_API_KEY}, {@code OPENAI_BASE_URL}.
 * Whatever holds them (the environment, a file, a secret store) is one of these. Thread-safe.
 */
@FunctionalInterface
public interface ProviderConfig {
  /** The value of a name, when it is set and not blank. */
  Optional<String> get(String name);

  /** The names that are set, where whatever holds them can tell. */
  default Set<String> names() {
    return Set.of();
  }

  /** The process's environment. */
  static ProviderConfig environment() {
    return of(System.getenv());
  }

  /** The entries of a map. */
  static ProviderConfig of(Map<String, String> values) {
    Map<String, String> copy = Map.copyOf(values);
    return new ProviderConfig() {
      @Override
      public Optional<String> get(String name) {
        return Optional.ofNullable(copy.get(name)).filter(v -> !v.isBlank());
      }

      @Override
      public Set<String> names() {
        return copy.keySet();
      }
    };
  }

  /**
   * The entries of a file of lines {@code NAME=VALUE}, read once. A line may begin with {@code
   * export}, a value may stand in single or double quotes; empty lines and lines that begin with
   * {@code #} are skipped. Where the file system has POSIX permissions, nobody but the owner may be
   * able to read the file.
   *
   * @throws IllegalArgumentException when the file cannot be read, others can read it, or a line is
   *     not of that form; the message names the line and never what stands in it
   */
  static ProviderConfig file(Path file) {
    return of(EnvFile.read(file));
  }

  /** This configuration, and another where this has nothing. */
  default ProviderConfig or(ProviderConfig other) {
    ProviderConfig first = this;
    return new ProviderConfig() {
      @Override
      public Optional<String> get(String name) {
        return first.get(name).or(() -> other.get(name));
      }

      @Override
      public Set<String> names() {
        Set<String> all = new TreeSet<>(first.names());
        all.addAll(other.names());
        return all;
      }
    };
  }
}
