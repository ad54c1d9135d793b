package dev.gatun.gateway.auth;

import java.util.Arrays;
import java.util.Locale;

/** What a client may be allowed to. */
public enum Scope {
  /** Ask models. */
  CHAT,
  /** See the state of providers, spend and metrics. */
  STATUS;

  /** The name in configurations, such as {@code chat}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The scope of a name.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Scope of(String label) {
    return Arrays.stream(values())
        .filter(s -> s.label().equals(label))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "A scope is one of "
                    + Arrays.stream(values()).map(Scope::label).toList()
                    + ", got '"
                    + label
                    + "'"));
  }
}
