package dev.gatun.gateway.http;

import io.helidon.common.configurable.Resource;
import io.helidon.common.pki.Keys;
import io.helidon.common.tls.Tls;
import java.nio.file.Path;
import java.util.List;

/**
 * The certificate of the server and its key, as PEM files.
 *
 * @param certificate the certificate, followed by those that vouch for it
 * @param key its private key (PKCS#8), without a password
 */
public record TlsFiles(Path certificate, Path key) {
  List<Path> files() {
    return List.of(certificate, key);
  }

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException when one is unusable; the message has nothing of a key
   */
  Tls load() {
    try {
      Keys keys =
          Keys.builder()
              .pem(p -> p.key(Resource.create(key)).certChain(Resource.create(certificate)))
              .build();
      return Tls.builder()
          .privateKey(keys.privateKey().orElseThrow())
          .privateKeyCertChain(keys.certChain())
          .addEnabledProtocol("TLSv1.3")
          .addEnabledProtocol("TLSv1.2")
          .build();
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "The certificate "
              + certificate
              + " and the key "
              + key
              + " cannot be used: they must be PEM files, the key in PKCS#8 (BEGIN PRIVATE KEY)"
              + " without a password",
          e);
    }
  }
}
