package dev.gatun.gateway.auth;

import dev.gatun.ai.Usd;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.limit.Rule;
import dev.gatun.gateway.chat.Fields;
import dev.gatun.gateway.http.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tenants of a file, with their keys and limits:
 *
 * <pre>{@code
 * {"tenants": {
 *   "acme": {
 *     "rpm": 600, "tpm": 200000, "budget_usd": {"day": 5, "month": 100},
 *     "models": ["openai/*", "anthropic/claude-*"],
 *     "keys": [{"sha256": "…", "scopes": ["chat"], "expires": "2027-06-30T00:00:00Z"}]},
 *   "*": {"rpm": 60}}}
 * }</pre>
 *
 * <p>A tenant may have several keys, so that a new one works before the old one ends. {@code *} is
 * for tenants that are not named, which tokens of an identity provider can bring. Immutable and
 * thread-safe.
 */
final class KeysFile {
  static final KeysFile NONE = new KeysFile(ApiKeys.NONE, Map.of());
  private static final String OTHERS = "*";
  private static final Set<String> TENANT = Set.of("rpm", "tpm", "budget_usd", "models", "keys");
  private static final Set<String> KEY = Set.of("sha256", "scopes", "expires", "note");

  private final ApiKeys keys;
  private final Map<String, Known> tenants;

  private record Known(Tenant tenant, List<Rule> rules) {}

  private KeysFile(ApiKeys keys, Map<String, Known> tenants) {
    this.keys = keys;
    this.tenants = tenants;
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException when it is unusable; the message names what and where
   */
  static KeysFile read(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "The keys file " + file + " cannot be read: " + e.getClass().getSimpleName(), e);
    }
    try {
      if (Json.parse(text) instanceof Json.Obj root) {
        return of(Fields.of(root));
      }
      throw new IllegalArgumentException("The keys file " + file + " must be a JSON object");
    } catch (Json.JsonSyntaxException e) {
      throw new IllegalArgumentException("The keys file " + file + " is not JSON", e);
    } catch (Problem p) {
      throw new IllegalArgumentException(
          "The keys file " + file + ", at " + p.pointer().orElse("/") + ": " + p.detail(), p);
    }
  }

  private static KeysFile of(Fields root) {
    only(root, Set.of("tenants"));
    Fields all = root.object("tenants").orElseThrow(() -> root.wrong("tenants", "an object"));
    List<ApiKeys.Entry> keys = new ArrayList<>();
    Map<String, Known> tenants = new HashMap<>();
    for (String name : all.object().members().keySet()) {
      Fields f = all.object(name).orElseThrow(() -> all.wrong(name, "an object"));
      only(f, TENANT);
      Tenant tenant = tenant(f);
      tenants.put(name, new Known(tenant, tenant.rules()));
      for (Fields key : f.objects("keys")) {
        if (name.equals(OTHERS)) {
          throw f.wrong("keys", "absent: a key belongs to a named tenant");
        }
        keys.add(key(key, name, tenant));
      }
    }
    return new KeysFile(new ApiKeys(keys), Map.copyOf(tenants));
  }

  private static Tenant tenant(Fields f) {
    Optional<Fields> budget = f.object("budget_usd");
    budget.ifPresent(b -> only(b, Set.of("day", "month")));
    return new Tenant(
        whole(f, "rpm"),
        whole(f, "tpm"),
        budget.flatMap(b -> dollars(b, "day")),
        budget.flatMap(b -> dollars(b, "month")),
        f.has("models") ? new ModelFilter(f.texts("models")) : ModelFilter.ALL);
  }

  private static OptionalLong whole(Fields f, String name) {
    return f.integer(name, 1).stream().asLongStream().findFirst();
  }

  private static Optional<Usd> dollars(Fields f, String name) {
    var _ = f.number(name, 0, 1_000_000);
    return f.object().members().get(name) instanceof Json.Num n
        ? Optional.of(Usd.of(n.decimal()))
        : Optional.empty();
  }

  private static ApiKeys.Entry key(Fields f, String tenant, Tenant limits) {
    only(f, KEY);
    String hash = f.text("sha256").toLowerCase(Locale.ROOT);
    if (!hash.matches("[0-9a-f]{64}")) {
      // What stands there may be the key itself.
      throw Problem.field(f.at("sha256"), "'sha256' must be 64 hexadecimal digits");
    }
    Set<Scope> scopes = EnumSet.allOf(Scope.class);
    if (f.has("scopes")) {
      scopes.clear();
      for (String scope : f.texts("scopes")) {
        try {
          scopes.add(Scope.of(scope));
        } catch (IllegalArgumentException e) {
          throw Problem.field(f.at("scopes"), String.valueOf(e.getMessage()));
        }
      }
    }
    Optional<Instant> expires =
        f.optionalText("expires")
            .map(t -> {
              try {
                return Instant.parse(t);
              } catch (DateTimeParseException _) {
                throw f.wrong("expires", "a time such as 2027-06-30T00:00:00Z");
              }
            });
    return new ApiKeys.Entry(hash, new Principal(tenant, scopes, limits.models()), expires);
  }

  /** A name that nothing reads is a limit that nobody keeps. */
  private static void only(Fields f, Set<String> known) {
    for (String name : f.object().members().keySet()) {
      if (!known.contains(name)) {
        throw Problem.field(
            f.at(name),
            "'" + name + "' is not known; known are " + known.stream().sorted().toList());
      }
    }
  }

  ApiKeys keys() {
    return keys;
  }

  int size() {
    return tenants.size();
  }

  Tenant tenant(String name) {
    Known known = known(name);
    return known == null ? Tenant.UNLIMITED : known.tenant();
  }

  List<Rule> rules(String name) {
    Known known = known(name);
    return known == null ? List.of() : known.rules();
  }

  private @Nullable Known known(String name) {
    Known known = tenants.get(name);
    return known == null ? tenants.get(OTHERS) : known;
  }
}
