package dev.gatun.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.FinishReason;
import dev.gatun.ai.StreamEvent;
import dev.gatun.ai.Usage;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ProviderConfig;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
  @TempDir private Path folder;

  /** A certificate for itself, made by the JDK's own tool. */
  private void certificate(String name) throws Exception {
    Path store = folder.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "a",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + name,
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
    PrivateKey key = (PrivateKey) keys.getKey("a", "changeit".toCharArray());
    Certificate certificate = keys.getCertificate("a");
    pem("tls.key", "PRIVATE KEY", key.getEncoded());
    pem("tls.crt", "CERTIFICATE", certificate.getEncoded());
  }

  private void pem(String file, String kind, byte[] bytes) throws Exception {
    Path whole = folder.resolve(file + ".tmp");
    Files.writeString(
        whole,
        "-----BEGIN "
            + kind
            + "-----\n"
            + Base64.getMimeEncoder(64, "\n".getBytes(UTF_8)).encodeToString(bytes)
            + "\n-----END "
            + kind
            + "-----\n");
    Files.move(whole, folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
  }

  private Running start() {
    return new Running(
        "GATUN_TLS_CERT",
        folder.resolve("tls.crt").toString(),
        "GATUN_TLS_KEY",
        folder.resolve("tls.key").toString());
  }

  private static SSLSocket connect(Running running) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Anybody()}, new SecureRandom());
    SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), running.gateway.port());
    socket.setSoTimeout(5_000);
    return socket;
  }

  private static String subject(SSLSocket socket) throws Exception {
    return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
        .getSubjectX500Principal()
        .getName();
  }

  private static String ask(SSLSocket socket) throws Exception {
    socket
        .getOutputStream()
        .write("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(UTF_8));
    socket.getOutputStream().flush();
    BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    StringBuilder head = new StringBuilder();
    int length = 0;
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      head.append(line).append('\n');
      if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length: ")) {
        length = Integer.parseInt(line.substring(16));
      }
    }
    for (int i = 0; i < length; i++) {
      assertThat(in.read()).isPositive();
    }
    return head.toString();
  }

  @Test
  void aNewCertificateIsUsedAndOldConnectionsLive() throws Exception {
    certificate("first");
    try (Running running = start();
        SSLSocket old = connect(running)) {
      assertThat(subject(old)).isEqualTo("CN=first");
      assertThat(old.getSession().getProtocol()).isEqualTo("TLSv1.3");
      assertThat(ask(old))
          .startsWith("HTTP/1.1 200")
          .contains("Strict-Transport-Security: max-age=31536000");
      certificate("second");
      Running.await(
          "new connections have the new certificate",
          () -> {
            try (SSLSocket next = connect(running)) {
              return subject(next).equals("CN=second");
            }
          });
      assertThat(ask(old)).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void streamsGoOnWhileTheCertificateChanges() throws Exception {
    certificate("first");
    CountDownLatch gate = new CountDownLatch(1);
    List<SSLSocket> sockets = new ArrayList<>();
    try (Running running = start()) {
      for (int i = 0; i < 200; i++) {
        running.provider.next(
            new StreamEvent.Text("before"),
            gate,
            new StreamEvent.Text("after"),
            new StreamEvent.Finished(FinishReason.STOP, Usage.of(3, 2), Json.Obj.EMPTY));
      }
      for (int i = 0; i < 200; i++) {
        SSLSocket socket = connect(running);
        sockets.add(socket);
        socket.setSoTimeout(60_000);
        String body =
            "{\"model\":\"auto\",\"stream\":true,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        String head =
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Type: application/json\r\nContent-Length: ";
        socket.getOutputStream().write((head + body.length() + "\r\n\r\n" + body).getBytes(UTF_8));
        socket.getOutputStream().flush();
      }
      for (SSLSocket socket : sockets) {
        readUntil(socket, "\"before\"");
      }
      certificate("second");
      Running.await(
          "new connections have the new certificate",
          () -> {
            try (SSLSocket next = connect(running)) {
              return subject(next).equals("CN=second");
            }
          });
      gate.countDown();
      for (SSLSocket socket : sockets) {
        assertThat(readUntil(socket, "[DONE]")).contains("\"after\"").doesNotContain("error");
      }
    } finally {
      for (SSLSocket socket : sockets) {
        socket.close();
      }
    }
  }

  private static String readUntil(SSLSocket socket, String text) throws Exception {
    StringBuilder got = new StringBuilder();
    while (got.indexOf(text, got.length() - text.length()) < 0) {
      int b = socket.getInputStream().read();
      assertThat(b).as("the stream goes on after %s", got).isNotNegative();
      got.append((char) b);
    }
    return got.toString();
  }

  @Test
  void oldProtocolsAreRefused() throws Exception {
    certificate("first");
    try (Running running = start();
        SSLSocket socket = connect(running)) {
      socket.setEnabledProtocols(new String[] {"TLSv1.1"});
      assertThatThrownBy(socket::startHandshake).isInstanceOf(java.io.IOException.class);
    }
  }

  @Test
  void unusableFilesAreNamed() throws Exception {
    Files.writeString(folder.resolve("tls.key"), "my-secret");
    Files.writeString(folder.resolve("tls.crt"), "nothing");
    assertThatThrownBy(this::start)
        .hasMessageContaining("tls.crt")
        .hasMessageContaining("PEM")
        .hasMessageNotContaining("my-secret");
    assertThatThrownBy(
            () -> GatewayConfig.read(ProviderConfig.of(Map.of("GATUN_TLS_CERT", "only.crt"))))
        .hasMessageContaining("belong together");
  }

  /** The test looks at the certificate itself. */
  private static final class Anybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
