package dev.gatun.gateway.state;

import java.security.SecureRandom;
import java.util.UUID;

/** Ids that sort by the time they were made (UUID version 7, RFC 9562). */
public final class Ids {
  private static final SecureRandom RANDOM = new SecureRandom();

  private Ids() {}

  /** A new id. */
  public static String next() {
    long high = System.currentTimeMillis() << 16 | 0x7000 | RANDOM.nextInt(0x1000);
    long low = RANDOM.nextLong() >>> 2 | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }
}
