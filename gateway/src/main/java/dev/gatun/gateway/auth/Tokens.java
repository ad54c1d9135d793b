package dev.gatun.gateway.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ProviderConfig;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.text.ParseException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens (JWT) of one identity provider (OpenID Connect): signed with an algorithm of a short list
 * by a key that the provider publishes, of the right issuer, for the right audience, not expired.
 * The published keys are kept for a while, fetched again before they are old and when a token names
 * a new one, and kept longer while the provider does not answer. Thread-safe.
 */
public final class Tokens implements AutoCloseable {
  /** Signatures by published keys only: a shared secret or no signature never verifies. */
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384,
          JWSAlgorithm.ES512);

  private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);
  private static final int CONNECT_MILLIS = 2_000;
  private static final int READ_MILLIS = 3_000;
  private static final int MOST_BYTES = 256 * 1024;
  private static final long KEEP_MILLIS = 15 * 60_000L;
  private static final long OUTAGE_MILLIS = 4 * 3_600_000L;
  private static final long RETRY_NANOS = 5_000_000_000L;
  private static final int CLOCK_SKEW_SECONDS = 30;

  private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
  private final String tenantClaim;
  private final String scopeClaim;
  private final LazyKeys keys;

  private Tokens(
      LazyKeys keys, String issuer, String audience, String tenantClaim, String scopeClaim) {
    this.keys = keys;
    this.tenantClaim = tenantClaim;
    this.scopeClaim = scopeClaim;
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(
            JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
    DefaultJWTClaimsVerifier<SecurityContext> claims =
        new DefaultJWTClaimsVerifier<>(
            audience,
            new JWTClaimsSet.Builder().issuer(issuer).build(),
            new HashSet<>(List.of("exp", tenantClaim)));
    claims.setMaxClockSkew(CLOCK_SKEW_SECONDS);
    processor.setJWTClaimsSetVerifier(claims);
    processor.setJWSKeySelector(
        new JWSVerificationKeySelector<>(
            ALGORITHMS, (selector, context) -> keys.source().get(selector, context)));
  }

  /**
   * Reads the settings of an identity provider; empty without an issuer.
   *
   * <ul>
   *   <li>{@code GATUN_OIDC_ISSUER}: its address, exactly as tokens name it
   *   <li>{@code GATUN_OIDC_AUDIENCE}: whom its tokens must be for; needed
   *   <li>{@code GATUN_OIDC_JWKS_URL}: where its keys are; default: as its discovery document says
   *   <li>{@code GATUN_OIDC_TENANT_CLAIM}: the claim that names the tenant; default {@code tenant}
   *   <li>{@code GATUN_OIDC_SCOPE_CLAIM}: the claim with the scopes, as an array or separated by
   *       spaces, each as {@code chat} or {@code gatun:chat}; default {@code scope}
   * </ul>
   *
   * @throws IllegalArgumentException when a setting is unusable; the message names it
   */
  static Optional<Tokens> read(ProviderConfig config) {
    Optional<String> issuer = config.get("GATUN_OIDC_ISSUER");
    if (issuer.isEmpty()) {
      return Optional.empty();
    }
    String audience =
        config
            .get("GATUN_OIDC_AUDIENCE")
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "GATUN_OIDC_ISSUER needs GATUN_OIDC_AUDIENCE: a token for another service must"
                        + " not open this one"));
    URL discovery =
        url(
            "GATUN_OIDC_ISSUER",
            issuer.get().replaceAll("/+$", "") + "/.well-known/openid-configuration");
    Optional<URL> jwks = config.get("GATUN_OIDC_JWKS_URL").map(u -> url("GATUN_OIDC_JWKS_URL", u));
    return Optional.of(
        new Tokens(
            new LazyKeys(discovery, issuer.get(), jwks),
            issuer.get(),
            audience,
            config.get("GATUN_OIDC_TENANT_CLAIM").orElse("tenant"),
            config.get("GATUN_OIDC_SCOPE_CLAIM").orElse("scope")));
  }

  private static URL url(String setting, String text) {
    try {
      URI uri = URI.create(text);
      String host = uri.getHost();
      boolean local = host != null && Set.of("localhost", "127.0.0.1", "[::1]").contains(host);
      if (host != null
          && ("https".equals(uri.getScheme()) || (local && "http".equals(uri.getScheme())))) {
        return uri.toURL();
      }
    } catch (IllegalArgumentException | MalformedURLException _) {
      // Said below.
    }
    throw new IllegalArgumentException(
        setting + " must be an https address (http only on this machine)");
  }

  /** Who has a token; empty when it is none, or none of this provider's, or not valid now. */
  Optional<Principal> verify(String token) {
    if (!token.matches("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+")) {
      return Optional.empty();
    }
    try {
      JWTClaimsSet claims = processor.process(token, null);
      String tenant = claims.getStringClaim(tenantClaim);
      if (tenant == null || tenant.isBlank() || tenant.length() > 128) {
        return Optional.empty();
      }
      return Optional.of(new Principal(tenant, scopes(claims)));
    } catch (BadJOSEException | ParseException e) {
      LOG.debug("A token was refused: {}", e.getMessage());
      return Optional.empty();
    } catch (JOSEException e) {
      LOG.warn("A token cannot be verified: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** Those that this gateway has; a token may have others, for other services. */
  private Set<Scope> scopes(JWTClaimsSet claims) throws ParseException {
    Object value = claims.getClaim(scopeClaim);
    List<String> names =
        switch (value) {
          case null -> List.of();
          case String s -> Arrays.asList(s.split(" ", -1));
          default -> claims.getStringListClaim(scopeClaim);
        };
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    for (String name : names) {
      String label = name.startsWith("gatun:") ? name.substring("gatun:".length()) : name;
      for (Scope s : Scope.values()) {
        if (s.label().equals(label.toLowerCase(Locale.ROOT))) {
          scopes.add(s);
        }
      }
    }
    return scopes;
  }

  /** The published keys, found when a token comes: the provider may start after this server. */
  private static final class LazyKeys {
    private final URL discovery;
    private final String issuer;
    private final Optional<URL> jwks;
    private @Nullable JWKSource<SecurityContext> source;
    private long notBefore = System.nanoTime();

    LazyKeys(URL discovery, String issuer, Optional<URL> jwks) {
      this.discovery = discovery;
      this.issuer = issuer;
      this.jwks = jwks;
    }

    synchronized JWKSource<SecurityContext> source() throws KeySourceException {
      if (source == null) {
        if (System.nanoTime() - notBefore < 0) {
          throw new KeySourceException("The identity provider did not answer just now");
        }
        // Set before it is asked: callers must not queue up behind one that waits.
        notBefore = System.nanoTime() + RETRY_NANOS;
        DefaultResourceRetriever http =
            new DefaultResourceRetriever(CONNECT_MILLIS, READ_MILLIS, MOST_BYTES);
        URL from = jwks.isPresent() ? jwks.get() : discover(http);
        source =
            JWKSourceBuilder.<SecurityContext>create(from, http)
                .cache(KEEP_MILLIS, READ_MILLIS + CONNECT_MILLIS)
                .refreshAheadCache(true)
                .rateLimited(true)
                .outageTolerant(OUTAGE_MILLIS)
                .build();
      }
      return source;
    }

    private URL discover(DefaultResourceRetriever http) throws KeySourceException {
      try {
        Json document = Json.parse(http.retrieveResource(discovery).getContent());
        if (document instanceof Json.Obj o
            && o.string("issuer").filter(issuer::equals).isPresent()
            && o.string("jwks_uri").isPresent()) {
          return url("jwks_uri of " + discovery, o.string("jwks_uri").get());
        }
        throw new KeySourceException(
            discovery + " must name the issuer " + issuer + " and a jwks_uri");
      } catch (IOException | IllegalArgumentException e) {
        throw new KeySourceException(discovery + " cannot be read: " + e.getMessage(), e);
      }
    }

    synchronized void close() {
      if (source instanceof AutoCloseable c) {
        try {
          c.close();
        } catch (Exception e) {
          LOG.debug("The keys of the identity provider did not close: {}", e.getMessage());
        }
      }
    }
  }

  @Override
  public void close() {
    keys.close();
  }
}
