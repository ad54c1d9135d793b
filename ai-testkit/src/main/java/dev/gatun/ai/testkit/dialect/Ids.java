package dev.gatun.ai.testkit.dialect;

import java.util.HexFormat;

/** Ids in the providers' styles. */
final class Ids {
  private Ids() {}

  /** Sixteen hex digits that look like chance and differ for each number. */
  static String of(long number) {
    long z = (number + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 32)) * 0xD6E8FEB86659FD93L; // a bijection, so no two numbers meet
    return HexFormat.of().toHexDigits(z ^ (z >>> 32));
  }

  /** An id as a UUID. */
  static String uuid(String id) {
    String digits = (id + "0123456789abcdef0123456789abcdef").substring(0, 32);
    return digits.substring(0, 8)
        + "-"
        + digits.substring(8, 12)
        + "-4"
        + digits.substring(13, 16)
        + "-a"
        + digits.substring(17, 20)
        + "-"
        + digits.substring(20);
  }
}
