package dev.gatun.gateway.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The keys of the gateway's own clients. Only their SHA-256 is kept. A key is found by the first 8
 * bytes of its hash, which nobody can choose, and then compared in constant time, so that the time
 * tells nothing of a key. Immutable and thread-safe.
 */
public final class ApiKeys {
  /** No keys. */
  public static final ApiKeys NONE = new ApiKeys(List.of());

  private static final int KEY_BYTES = 32;

  /**
   * A key.
   *
   * @param hash its SHA-256 in hexadecimal digits
   * @param principal who has it
   * @param expires when it stops to be valid
   */
  record Entry(String hash, Principal principal, Optional<Instant> expires) {}

  private final Map<Long, List<Entry>> byPrefix = new HashMap<>();

  ApiKeys(List<Entry> entries) {
    for (Entry e : entries) {
      byPrefix
          .computeIfAbsent(prefix(HexFormat.of().parseHex(e.hash())), _ -> new ArrayList<>())
          .add(e);
    }
  }

  /**
   * Reads keys, separated by commas: {@code tenant:key} or {@code tenant:key:scope+scope}. Instead
   * of a key there may be its hash, as {@code sha256-} and 64 hexadecimal digits. Without scopes a
   * key may do everything.
   *
   * @throws IllegalArgumentException when an entry is something else; the message has no key
   */
  public static ApiKeys parse(String text) {
    List<Entry> entries = new ArrayList<>();
    int number = 0;
    for (String part : text.split(",", -1)) {
      number++;
      if (part.isBlank()) {
        continue;
      }
      String[] fields = part.strip().split(":", -1);
      if (fields.length < 2 || fields.length > 3 || fields[0].isBlank() || fields[1].isBlank()) {
        throw new IllegalArgumentException(
            "API key " + number + " must be tenant:key or tenant:key:scope+scope");
      }
      Set<Scope> scopes = EnumSet.allOf(Scope.class);
      if (fields.length == 3) {
        scopes.clear();
        for (String scope : fields[2].split("\\+", -1)) {
          scopes.add(Scope.of(scope.strip().toLowerCase(Locale.ROOT)));
        }
      }
      entries.add(
          new Entry(
              givenHash(fields[1], number), new Principal(fields[0], scopes), Optional.empty()));
    }
    return new ApiKeys(entries);
  }

  private static String givenHash(String key, int number) {
    if (key.startsWith("sha256-")) {
      String digits = key.substring(7);
      if (!digits.matches("[0-9a-fA-F]{64}")) {
        throw new IllegalArgumentException(
            "API key " + number + " must have 64 hexadecimal digits after sha256-");
      }
      return digits;
    }
    if (key.length() < 16) {
      throw new IllegalArgumentException(
          "API key " + number + " must have at least 16 characters: shorter ones can be guessed");
    }
    return hash(key);
  }

  /** A new key: 256 random bits after {@code gatun-}. */
  public static String generate() {
    byte[] bytes = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(bytes);
    return "gatun-" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** The SHA-256 of a key in hexadecimal digits. */
  public static String hash(String key) {
    return HexFormat.of().formatHex(sha256(key));
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return byPrefix.isEmpty();
  }

  /** Who has a key that is valid at a time. */
  public Optional<Principal> find(String key, Instant now) {
    byte[] hash = sha256(key);
    Optional<Principal> found = Optional.empty();
    for (Entry e : byPrefix.getOrDefault(prefix(hash), List.of())) {
      if (MessageDigest.isEqual(HexFormat.of().parseHex(e.hash()), hash)
          && e.expires().map(now::isBefore).orElse(true)) {
        found = Optional.of(e.principal());
      }
    }
    return found;
  }

  private static long prefix(byte[] hash) {
    long prefix = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      prefix = (prefix << 8) | (hash[i] & 0xff);
    }
    return prefix;
  }

  private static byte[] sha256(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every JDK has SHA-256", e);
    }
  }
}
