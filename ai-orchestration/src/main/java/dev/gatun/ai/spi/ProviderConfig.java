package dev.gatun.ai.spi;

import java.nio.file.Path;
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
    return name -> get(name).or(() -> other.get(name));
  }
}
