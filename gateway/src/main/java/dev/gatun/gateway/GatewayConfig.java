package dev.gatun.gateway;

import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.gateway.auth.Access;
import dev.gatun.gateway.compute.Workers;
import dev.gatun.gateway.files.FileSettings;
import dev.gatun.gateway.http.Server;
import dev.gatun.gateway.http.TlsFiles;
import dev.gatun.gateway.jobs.Jobs;
import dev.gatun.gateway.limit.Limits;
import dev.gatun.gateway.observe.Alerts;
import dev.gatun.gateway.observe.AuditLog;
import dev.gatun.gateway.state.Database;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a gateway listens and who may call.
 *
 * @param server the HTTP server
 * @param access who may call
 * @param limits how much they may use
 * @param audit who was refused and what was changed
 * @param alerts when to alert
 * @param database where what outlives the process is kept
 * @param jobs how jobs are kept
 * @param files uploads
 * @param events the Redis server whose stream gets events
 * @param workers what computes in this process
 */
public record GatewayConfig(
    Server.Settings server,
    Access access,
    Limits limits,
    AuditLog audit,
    Alerts.Settings alerts,
    Database.Settings database,
    Jobs.Settings jobs,
    FileSettings files,
    Optional<URI> events,
    Workers workers) {
  /**
   * Reads settings by the names of environment variables.
   *
   * <ul>
   *   <li>{@code GATUN_HOST}: the address to listen on; default {@code 127.0.0.1} without keys,
   *       else all addresses
   *   <li>{@code GATUN_PORT}: default 8080
   *   <li>{@code GATUN_API_KEYS}, {@code GATUN_KEYS_FILE}, {@code GATUN_OIDC_…}: see {@link
   *       Access#read}
   *   <li>{@code GATUN_REDIS_URL}: see {@link Limits#read}
   *   <li>{@code GATUN_AUDIT_FILE}: see {@link AuditLog}
   *   <li>{@code GATUN_ALERT_…}: see {@link Alerts.Settings#read}
   *   <li>{@code GATUN_TLS_CERT}, {@code GATUN_TLS_KEY}: see {@link TlsFiles}
   *   <li>{@code GATUN_MAX_BODY_BYTES}: default 10 MiB
   *   <li>{@code GATUN_MAX_CONCURRENT}: default 1000
   *   <li>{@code GATUN_IDLE_SECONDS}: how long a connection may say nothing; default 60
   *   <li>{@code GATUN_DRAIN_SECONDS}: how long requests may go on at the end; default 30
   *   <li>{@code GATUN_CORS_ORIGINS}: origins, separated by commas; default none
   *   <li>the database's: see {@link Database.Settings#read}
   *   <li>the jobs': see {@link Jobs.Settings#read}
   *   <li>{@code GATUN_MAX_UPLOAD_BYTES}: see {@link FileSettings#read}
   *   <li>{@code GATUN_EVENTS_URL}: see {@link dev.gatun.gateway.events.RedisStream}; default none
   * </ul>
   *
   * @throws IllegalArgumentException when a value is unusable; the message names it
   */
  public static GatewayConfig read(ProviderConfig config) {
    AuditLog audit = AuditLog.read(config);
    Access access = Access.read(config, audit);
    Database.Settings database = Database.Settings.read(config);
    return new GatewayConfig(
        server(config, access),
        access,
        Limits.read(config, access),
        audit,
        Alerts.Settings.read(config),
        database,
        Jobs.Settings.read(config),
        FileSettings.read(config, database.folder()),
        config.get("GATUN_EVENTS_URL").map(GatewayConfig::redis),
        new Workers());
  }

  /**
   * How the server listens, by the same settings.
   *
   * @param access says whether keys are needed: who needs none is let in from this machine alone
   * @throws IllegalArgumentException when a value is unusable; the message names it
   */
  public static Server.Settings server(ProviderConfig config, Access access) {
    // Without keys nobody from outside shall spend the operator's money.
    String host = config.get("GATUN_HOST").orElse(access.open() ? "127.0.0.1" : "0.0.0.0");
    return new Server.Settings(
        host,
        number(config, "GATUN_PORT", 8080, 0, 65_535),
        number(config, "GATUN_MAX_BODY_BYTES", 10 << 20, 1, 1 << 30),
        Duration.ofSeconds(number(config, "GATUN_IDLE_SECONDS", 60, 1, 3600)),
        number(config, "GATUN_MAX_CONCURRENT", 1000, 1, 1_000_000),
        Duration.ofSeconds(number(config, "GATUN_DRAIN_SECONDS", 30, 0, 3600)),
        config
            .get("GATUN_CORS_ORIGINS")
            .map(o -> List.of(o.split("\\s*,\\s*", -1)))
            .orElse(List.of()),
        tls(config));
  }

  private static URI redis(String text) {
    try {
      URI uri = URI.create(text);
      if (uri.getHost() != null
          && uri.getPort() > 0
          && List.of("redis", "rediss").contains(uri.getScheme())) {
        return uri;
      }
    } catch (IllegalArgumentException _) {
      // Said below.
    }
    throw new IllegalArgumentException("GATUN_EVENTS_URL must be redis://HOST:PORT");
  }

  private static Optional<TlsFiles> tls(ProviderConfig config) {
    Optional<Path> certificate = config.get("GATUN_TLS_CERT").map(Path::of);
    Optional<Path> key = config.get("GATUN_TLS_KEY").map(Path::of);
    if (certificate.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException(
          "GATUN_TLS_CERT and GATUN_TLS_KEY belong together: one of them is not set");
    }
    return certificate.map(c -> new TlsFiles(c, key.orElseThrow()));
  }

  private static int number(ProviderConfig config, String name, int normal, int min, int max) {
    String text = config.get(name).orElse(Integer.toString(normal));
    try {
      int value = Integer.parseInt(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException _) {
      // Said below.
    }
    throw new IllegalArgumentException(
        name + " must be a whole number from " + min + " to " + max + ", got '" + text + "'");
  }
}
