package dev.gatun.gateway.auth;

import dev.gatun.ai.json.Json;
import dev.gatun.ai.limit.Rule;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.gateway.http.Exchange;
import dev.gatun.gateway.http.Problem;
import dev.gatun.gateway.observe.AuditLog;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Who may call: by the keys of the environment, the keys of a file that is read again when it
 * changes, and the tokens of an identity provider. Thread-safe.
 */
public final class Access implements AutoCloseable {
  private volatile ApiKeys first;
  private final Optional<Path> file;
  private final Optional<Tokens> tokens;
  private final FileWatch watch = new FileWatch();
  private volatile KeysFile tenants;

  private Access(ApiKeys first, Optional<Path> file, Optional<Tokens> tokens, AuditLog audit) {
    this.first = first;
    this.file = file;
    this.tokens = tokens;
    tenants = file.map(KeysFile::read).orElse(KeysFile.NONE);
    file.ifPresent(f ->
        watch.onChange(
            List.of(f),
            () -> {
              tenants = KeysFile.read(f);
              audit.write("keys.changed", Json.object("tenants", Json.of(tenants.size())));
            }));
  }

  /**
   * Reads {@code GATUN_API_KEYS} (see {@link ApiKeys#parse}), {@code GATUN_KEYS_FILE} and the
   * settings of {@link Tokens#read}.
   *
   * @param audit is told of changes
   * @throws IllegalArgumentException when one is unusable; the message names it and no key
   */
  public static Access read(ProviderConfig config, AuditLog audit) {
    return new Access(
        ApiKeys.parse(config.get("GATUN_API_KEYS").orElse("")),
        config.get("GATUN_KEYS_FILE").map(Path::of),
        Tokens.read(config),
        audit);
  }

  /**
   * Uses the keys that {@code GATUN_API_KEYS} has now.
   *
   * @throws IllegalArgumentException when they are unusable, or none is left where one was needed:
   *     a mistake in a file must not open the service to everybody
   */
  public void reload(ProviderConfig config) {
    ApiKeys next = ApiKeys.parse(config.get("GATUN_API_KEYS").orElse(""));
    if (next.isEmpty() && !first.isEmpty() && file.isEmpty() && tokens.isEmpty()) {
      throw new IllegalArgumentException(
          "GATUN_API_KEYS has no key any more, and without one everybody could call: that takes a"
              + " restart");
    }
    first = next;
  }

  /** Whether everybody may do everything, since nothing is configured that could tell callers. */
  public boolean open() {
    return first.isEmpty() && file.isEmpty() && tokens.isEmpty();
  }

  /** Whether there may be limits. */
  public boolean limited() {
    return file.isPresent();
  }

  /** The limits of a tenant as rules, as the file has them now. */
  public List<Rule> rules(String tenant) {
    return tenants.rules(tenant);
  }

  /** The models that a tenant may ask, as the file has them now. */
  public ModelFilter models(String tenant) {
    return tenants.tenant(tenant).models();
  }

  /**
   * Who sends a request, by {@code Authorization: Bearer KEY} or {@code x-api-key: KEY}, or by a
   * token of the identity provider after {@code Bearer}.
   *
   * @throws Problem 401 without a key or with a wrong one
   */
  public Principal authenticate(Exchange exchange) {
    if (open()) {
      return Principal.ANYBODY;
    }
    Optional<String> credential = credential(exchange);
    return credential.flatMap(this::principal).orElseThrow(() -> refused(exchange, credential));
  }

  /**
   * Has somebody have a scope.
   *
   * @throws Problem 403 when they lack it
   */
  public static void require(Principal principal, Scope scope) {
    if (!principal.scopes().contains(scope)) {
      throw Problem.of(403, "forbidden", "The API key lacks the scope '" + scope.label() + "'");
    }
  }

  private Optional<Principal> principal(String credential) {
    Instant now = Instant.now();
    KeysFile current = tenants;
    return first
        .find(credential, now)
        .or(() -> current.keys().find(credential, now))
        .or(() -> tokens.flatMap(t -> t.verify(credential)))
        .map(p -> new Principal(p.tenant(), p.scopes(), current.tenant(p.tenant()).models()));
  }

  private static Problem refused(Exchange exchange, Optional<String> credential) {
    exchange.setHeader(
        "WWW-Authenticate", credential.isEmpty() ? "Bearer" : "Bearer error=\"invalid_token\"");
    return Problem.of(
        401,
        "unauthorized",
        "A valid API key is needed, as 'Authorization: Bearer KEY' or 'x-api-key: KEY'");
  }

  private static Optional<String> credential(Exchange exchange) {
    Optional<String> bearer =
        exchange
            .header("authorization")
            .filter(h -> h.regionMatches(true, 0, "Bearer ", 0, 7))
            .map(h -> h.substring(7).strip());
    return bearer.isPresent() ? bearer : exchange.header("x-api-key").map(String::strip);
  }

  /** Stops looking at the file. */
  @Override
  public void close() {
    watch.close();
    tokens.ifPresent(Tokens::close);
  }
}
