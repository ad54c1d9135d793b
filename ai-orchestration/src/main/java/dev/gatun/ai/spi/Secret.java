package dev.gatun.ai.spi;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A key that prints as a fingerprint, so that it cannot reach a log by accident. Immutable. */
public final class Secret {
  /** For providers that need no key. */
  public static final Secret NONE = new Secret("");

  private final String value;
  private final String fingerprint;

  private Secret(String value) {
    this.value = value;
    this.fingerprint = value.isEmpty() ? "none" : digest(value);
  }

  /**
   * Wraps a key.
   *
   * @throws IllegalArgumentException when it is blank or has characters that no HTTP header may
   *     have
   */
  public static Secret of(String value) {
    String key = value.strip();
    if (key.isEmpty() || !key.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw new IllegalArgumentException(
          "A key must be visible ASCII characters without spaces; this one is not");
    }
    return new Secret(key);
  }

  /** The key itself. */
  public String reveal() {
    return value;
  }

  /** A short text that tells keys apart: the start of the key's SHA-256. */
  public String fingerprint() {
    return fingerprint;
  }

  private static String digest(String value) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
      return "sha256:" + HexFormat.of().formatHex(hash, 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every JDK has SHA-256", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret s && value.equals(s.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return fingerprint;
  }
}
