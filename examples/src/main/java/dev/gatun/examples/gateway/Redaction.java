package dev.gatun.examples.gateway;

import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ProviderConfig;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes secrets out of lines of the log: the keys and passwords of the settings wherever they
 * stand, and whatever has the form of a provider's key, a key of Gatun, a bearer's or a JSON web
 * token. Code that logs must not rely on it: it is the net below. Immutable and thread-safe.
 */
final class Redaction {
  static final String REDACTED = "[redacted]";

  private static final Pattern SECRET_NAME =
      Pattern.compile(".*(?:_KEYS?|_PASSWORD|_SECRET|_TOKEN|_HEADERS)");

  /** What stands in an {@code Authorization} header has at least so many characters. */
  private static final int SHORTEST = 8;

  private static final Pattern FORMS =
      Pattern.compile(
          "(?i:\\bbearer )\\s*[A-Za-z0-9._~+/=-]{8,}"
              + "|\\b(?:sk|xai|pplx)-[A-Za-z0-9_-]{16,}"
              + "|\\bAIza[A-Za-z0-9_-]{30,}"
              + "|\\bgatun-[A-Za-z0-9_-]{43}"
              + "|\\beyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*");

  /** Each match of {@link #FORMS} has one of these. */
  private static final List<String> SIGNS =
      List.of("earer ", "EARER ", "sk-", "xai-", "pplx-", "AIza", "gatun-", "eyJ");

  private final List<String> secrets;

  private Redaction(Set<String> secrets) {
    // A key that another begins with must not leave the other's end.
    this.secrets =
        secrets.stream().sorted(Comparator.comparingInt(String::length).reversed()).toList();
  }

  /** For the secrets of settings. */
  static Redaction of(ProviderConfig settings) {
    Set<String> secrets = new TreeSet<>();
    for (String name : settings.names()) {
      Optional<String> value = settings.get(name);
      if (name.equals("GATUN_TLS_KEY")) {
        continue; // where a file is
      }
      if (SECRET_NAME.matcher(name).matches()) {
        value.ifPresent(v -> keys(name, v, secrets));
      } else if (name.endsWith("_URL")) {
        value.ifPresent(v -> password(v, secrets));
      }
    }
    return new Redaction(secrets);
  }

  private static void keys(String name, String value, Set<String> secrets) {
    for (String part : value.split("[,;\\s]+", -1)) {
      if (name.equals("GATUN_API_KEYS")) {
        String[] fields = part.split(":", -1); // tenant, key, scopes
        add(fields.length > 1 ? fields[1] : part, secrets);
      } else if (name.endsWith("_HEADERS")) {
        add(part.substring(part.indexOf('=') + 1), secrets);
      } else {
        add(part, secrets);
      }
    }
  }

  private static void password(String url, Set<String> secrets) {
    try {
      String user = URI.create(url.startsWith("jdbc:") ? url.substring(5) : url).getRawUserInfo();
      if (user != null && user.contains(":")) {
        add(user.substring(user.indexOf(':') + 1), secrets);
      }
    } catch (IllegalArgumentException _) {
      // What reads the setting says what is wrong with it.
    }
  }

  private static void add(String secret, Set<String> secrets) {
    if (secret.length() >= SHORTEST) {
      secrets.add(secret);
      String escaped = Json.write(Json.of(secret));
      secrets.add(escaped.substring(1, escaped.length() - 1));
    }
  }

  /** A line without secrets. */
  String apply(String line) {
    String safe = line;
    for (String secret : secrets) {
      safe = safe.replace(secret, REDACTED); // the same string where there is nothing to replace
    }
    for (String sign : SIGNS) {
      if (safe.contains(sign)) {
        return FORMS.matcher(safe).replaceAll(Matcher.quoteReplacement(REDACTED));
      }
    }
    return safe;
  }
}
