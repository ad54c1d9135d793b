package dev.gatun.gateway.auth;

import dev.gatun.gateway.http.Exchange;
import dev.gatun.gateway.http.Problem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of the gateway's own clients. Only their SHA-256 is kept. All are compared with each
 * request, in constant time, so that the time tells nothing. Immutable and thread-safe.
 */
public final class ApiKeys {
  private static final class Entry {
    private final byte[] hash;
    private final Principal principal;

    Entry(byte[] hash, Principal principal) {
      this.hash = hash;
      this.principal = principal;
    }
  }

  private final List<Entry> entries;

  private ApiKeys(List<Entry> entries) {
    this.entries = List.copyOf(entries);
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
      entries.add(new Entry(hash(fields[1], number), new Principal(fields[0], scopes)));
    }
    return new ApiKeys(entries);
  }

  private static byte[] hash(String key, int number) {
    if (key.startsWith("sha256-")) {
      String digits = key.substring(7);
      if (!digits.matches("[0-9a-fA-F]{64}")) {
        throw new IllegalArgumentException(
            "API key " + number + " must have 64 hexadecimal digits after sha256-");
      }
      return HexFormat.of().parseHex(digits);
    }
    if (key.length() < 16) {
      throw new IllegalArgumentException(
          "API key " + number + " must have at least 16 characters: shorter ones can be guessed");
    }
    return sha256(key);
  }

  /** Whether there is none: then everybody may do everything. */
  public boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Who has a key. */
  public Optional<Principal> find(String key) {
    byte[] hash = sha256(key);
    @Nullable Principal found = null;
    for (Entry e : entries) {
      if (MessageDigest.isEqual(e.hash, hash)) {
        found = e.principal;
      }
    }
    return Optional.ofNullable(found);
  }

  /**
   * Who sends a request, by {@code Authorization: Bearer KEY} or {@code x-api-key: KEY}.
   *
   * @throws Problem 401 without a key or with a wrong one, 403 when it lacks the scope
   */
  public Principal authenticate(Exchange exchange, Scope scope) {
    if (isEmpty()) {
      return Principal.ANYBODY;
    }
    Principal principal =
        key(exchange)
            .flatMap(this::find)
            .orElseThrow(() -> {
              exchange.setHeader("WWW-Authenticate", "Bearer");
              return Problem.of(
                  401,
                  "unauthorized",
                  "A valid API key is needed, as 'Authorization: Bearer KEY' or 'x-api-key:"
                      + " KEY'");
            });
    if (!principal.scopes().contains(scope)) {
      throw Problem.of(403, "forbidden", "The API key lacks the scope '" + scope.label() + "'");
    }
    return principal;
  }

  private static Optional<String> key(Exchange exchange) {
    Optional<String> bearer =
        exchange
            .header("authorization")
            .filter(h -> h.regionMatches(true, 0, "Bearer ", 0, 7))
            .map(h -> h.substring(7).strip());
    return bearer.isPresent() ? bearer : exchange.header("x-api-key").map(String::strip);
  }

  private static byte[] sha256(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every JDK has SHA-256", e);
    }
  }
}
