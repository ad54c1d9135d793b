package dev.gatun.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.gatun.ai.spi.ProviderConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens of an identity provider that runs here. */
class TokensTest {
  private final List<ECKey> published = new CopyOnWriteArrayList<>();
  private HttpServer provider;
  private String issuer;
  private ECKey key;
  private Running running;

  @BeforeEach
  void start() throws Exception {
    provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    issuer = "http://localhost:" + provider.getAddress().getPort();
    provider.createContext(
        "/.well-known/openid-configuration",
        x -> {
          byte[] body =
              ("{\"issuer\":\"" + issuer + "\",\"jwks_uri\":\"" + issuer + "/keys\"}")
                  .getBytes(UTF_8);
          x.sendResponseHeaders(200, body.length);
          x.getResponseBody().write(body);
          x.close();
        });
    provider.createContext(
        "/keys",
        x -> {
          byte[] body =
              new JWKSet(List.copyOf(published)).toPublicJWKSet().toString().getBytes(UTF_8);
          x.sendResponseHeaders(200, body.length);
          x.getResponseBody().write(body);
          x.close();
        });
    provider.start();
    key = new ECKeyGenerator(Curve.P_256).keyID("k1").generate();
    published.add(key);
    running = new Running("GATUN_OIDC_ISSUER", issuer, "GATUN_OIDC_AUDIENCE", "gatun");
  }

  @AfterEach
  void stop() {
    running.close();
    provider.stop(0);
  }

  private JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer(issuer)
        .audience("gatun")
        .subject("user-1")
        .expirationTime(Date.from(Instant.now().plusSeconds(300)))
        .claim("tenant", "acme")
        .claim("scope", "openid gatun:chat status");
  }

  private static String signed(ECKey with, JWTClaimsSet claims) throws Exception {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(JOSEObjectType.JWT)
                .keyID(with.getKeyID())
                .build(),
            claims);
    jwt.sign(new ECDSASigner(with));
    return jwt.serialize();
  }

  private int status(String token) throws Exception {
    return running.get("/v1/models", "authorization", "Bearer " + token).statusCode();
  }

  @Test
  void aTokenNamesTheTenantAndTheScopes() throws Exception {
    String token = signed(key, claims().build());
    assertThat(status(token)).isEqualTo(200);
    assertThat(
            running
                .post(
                    "/v1/chat/completions",
                    "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                    "authorization",
                    "Bearer " + token)
                .statusCode())
        .isEqualTo(200);
    assertThat(running.provider.calls.getFirst().request().tenant()).isEqualTo("acme");
    String less = signed(key, claims().claim("scope", List.of("status", "email")).build());
    assertThat(status(less)).isEqualTo(403);
    assertThat(running.get("/v1/ai/status", "authorization", "Bearer " + less).statusCode())
        .isEqualTo(200);
  }

  @Test
  void whatIsNotForThisServiceOpensNothing() throws Exception {
    assertThat(status(signed(key, claims().audience("other").build()))).isEqualTo(401);
    assertThat(status(signed(key, claims().issuer(issuer + "/x").build()))).isEqualTo(401);
    assertThat(status(signed(key, claims().claim("tenant", null).build()))).isEqualTo(401);
    assertThat(status(signed(key, claims().expirationTime(null).build()))).isEqualTo(401);
    Date past = Date.from(Instant.now().minusSeconds(60));
    assertThat(status(signed(key, claims().expirationTime(past).build()))).isEqualTo(401);
    Date later = Date.from(Instant.now().plusSeconds(120));
    assertThat(status(signed(key, claims().notBeforeTime(later).build()))).isEqualTo(401);
    var refused = running.get("/v1/models", "authorization", "Bearer a.b.c");
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.headers().firstValue("www-authenticate"))
        .contains("Bearer error=\"invalid_token\"");
  }

  @Test
  void forgedTokensOpenNothing() throws Exception {
    // Without a signature.
    assertThat(status(new PlainJWT(claims().build()).serialize())).isEqualTo(401);
    // By a key of the forger's, under a published name.
    ECKey other = new ECKeyGenerator(Curve.P_256).keyID("k1").generate();
    assertThat(status(signed(other, claims().build()))).isEqualTo(401);
    // With the public key as a shared secret.
    SignedJWT confused =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("k1").build(), claims().build());
    confused.sign(new MACSigner(key.toECPublicKey().getEncoded()));
    assertThat(status(confused.serialize())).isEqualTo(401);
    // Changed after it was signed.
    String[] parts = signed(key, claims().build()).split("\\.", -1);
    String more = signed(other, claims().claim("scope", "chat status").build()).split("\\.", -1)[1];
    assertThat(status(parts[0] + "." + more + "." + parts[2])).isEqualTo(401);
  }

  @Test
  void aNewKeyOfTheProviderIsFetchedWhenATokenNamesIt() throws Exception {
    assertThat(status(signed(key, claims().build()))).isEqualTo(200);
    ECKey second = new ECKeyGenerator(Curve.P_256).keyID("k2").generate();
    published.add(second);
    assertThat(status(signed(second, claims().build()))).isEqualTo(200);
    // While the provider is away, known keys do.
    provider.stop(0);
    assertThat(status(signed(second, claims().build()))).isEqualTo(200);
  }

  @Test
  void settingsThatWouldOpenTooMuchAreRefused() {
    assertThatThrownBy(() ->
            GatewayConfig.read(
                ProviderConfig.of(Map.of("GATUN_OIDC_ISSUER", "https://id.example"))))
        .hasMessageContaining("GATUN_OIDC_AUDIENCE");
    assertThatThrownBy(() ->
            GatewayConfig.read(
                ProviderConfig.of(
                    Map.of(
                        "GATUN_OIDC_ISSUER", "http://id.example", "GATUN_OIDC_AUDIENCE", "gatun"))))
        .hasMessageContaining("https");
  }
}
