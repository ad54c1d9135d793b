package dev.gatun.ai.provider.http;

import dev.gatun.ai.spi.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs requests to endpoints of one's own: {@code X-Gatun-Timestamp} has the seconds since 1970
 * and {@code X-Gatun-Signature} the HMAC-SHA-256, in hexadecimal digits, of timestamp, method, path
 * and body, each followed by a line feed.
 *
 * @param secret shared with the endpoint
 */
public record Signing(Secret secret) {
  /** The signature of a request. */
  public String sign(Instant at, String method, String path, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.reveal().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      mac.update(
          (at.getEpochSecond() + "\n" + method + "\n" + path + "\n")
              .getBytes(StandardCharsets.UTF_8));
      mac.update(body);
      mac.update((byte) '\n');
      return HexFormat.of().formatHex(mac.doFinal());
    } catch (GeneralSecurityException e) {
      throw new AssertionError("Every JDK has HmacSHA256", e);
    }
  }
}
