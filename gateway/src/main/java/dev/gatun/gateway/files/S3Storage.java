package dev.gatun.gateway.files;

import dev.gatun.ai.spi.ProviderConfig;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Files in a bucket of Amazon S3, or of another service that speaks its protocol. Thread-safe. */
public final class S3Storage implements FileStorage {
  private final Settings settings;
  private final Path incoming;
  private final S3Client s3;

  /**
   * Where a bucket is.
   *
   * @param endpoint the service's address; empty for Amazon's of the region
   * @param region its region, as signatures name it
   * @param bucket the bucket, which must exist
   * @param prefix before each key
   * @param keys who signs; empty for whom the AWS SDK finds: a profile of {@code ~/.aws}, the
   *     container's or the machine's role
   */
  public record Settings(
      Optional<URI> endpoint, String region, String bucket, String prefix, Optional<Keys> keys) {
    /**
     * Reads {@code GATUN_S3_BUCKET}, {@code GATUN_S3_ENDPOINT}, {@code GATUN_S3_REGION} (default
     * {@code us-east-1}), {@code GATUN_S3_PREFIX}, {@code AWS_ACCESS_KEY_ID}, {@code
     * AWS_SECRET_ACCESS_KEY}, {@code AWS_SESSION_TOKEN}.
     *
     * @return nothing without a bucket
     * @throws IllegalArgumentException when a value is unusable
     */
    public static Optional<Settings> read(ProviderConfig config) {
      Optional<String> bucket = config.get("GATUN_S3_BUCKET").filter(b -> !b.isBlank());
      if (bucket.isEmpty()) {
        return Optional.empty();
      }
      if (!bucket.get().matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")) {
        throw new IllegalArgumentException(
            "GATUN_S3_BUCKET must be a bucket's name, got '" + bucket.get() + "'");
      }
      String region = config.get("GATUN_S3_REGION").orElse("us-east-1");
      if (!region.matches("[a-z0-9-]{1,40}")) {
        throw new IllegalArgumentException(
            "GATUN_S3_REGION must be a region's name, got '" + region + "'");
      }
      String prefix = config.get("GATUN_S3_PREFIX").orElse("");
      if (!prefix.matches("[A-Za-z0-9!_.*'()/-]{0,200}")) {
        throw new IllegalArgumentException(
            "GATUN_S3_PREFIX must be a prefix of keys, got '" + prefix + "'");
      }
      return Optional.of(
          new Settings(
              config.get("GATUN_S3_ENDPOINT").filter(e -> !e.isBlank()).map(Settings::endpoint),
              region,
              bucket.get(),
              prefix,
              keys(config)));
    }

    private static URI endpoint(String text) {
      try {
        URI uri = new URI(text);
        boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
        if (web && uri.getHost() != null && uri.getUserInfo() == null && uri.getQuery() == null) {
          return uri;
        }
      } catch (URISyntaxException _) {
        // Said below.
      }
      throw new IllegalArgumentException("GATUN_S3_ENDPOINT must be an http or https URL");
    }

    private static Optional<Keys> keys(ProviderConfig config) {
      Optional<String> id = config.get("AWS_ACCESS_KEY_ID").filter(v -> !v.isBlank());
      Optional<String> secret = config.get("AWS_SECRET_ACCESS_KEY").filter(v -> !v.isBlank());
      if (id.isPresent() != secret.isPresent()) {
        throw new IllegalArgumentException(
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together: one of them is not set");
      }
      return id.map(i ->
          new Keys(
              i, secret.orElseThrow(), config.get("AWS_SESSION_TOKEN").filter(t -> !t.isBlank())));
    }

    /** Without who signs. */
    @Override
    public String toString() {
      return "S3 bucket " + bucket;
    }
  }

  /**
   * Who signs requests.
   *
   * @param id the access key's id
   * @param secret signs
   * @param sessionToken of temporary keys
   */
  public record Keys(String id, String secret, Optional<String> sessionToken) {
    private StaticCredentialsProvider provider() {
      return StaticCredentialsProvider.create(
          sessionToken.isPresent()
              ? AwsSessionCredentials.create(id, secret, sessionToken.get())
              : AwsBasicCredentials.create(id, secret));
    }

    /** Without the secret. */
    @Override
    public String toString() {
      return "Keys[" + id + "]";
    }
  }

  /**
   * Stores in a bucket.
   *
   * @param incoming a folder for copies while they are read
   */
  public S3Storage(Settings settings, Path incoming) {
    this.settings = settings;
    this.incoming = incoming;
    S3ClientBuilder builder =
        S3Client.builder()
            .region(Region.of(settings.region()))
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(Duration.ofSeconds(10))
                    .socketTimeout(Duration.ofSeconds(60)))
            // Other services than Amazon's know neither checksums in trailers nor signed chunks,
            // and
            // few of them have a host name for each bucket.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .serviceConfiguration(c ->
                c.chunkedEncodingEnabled(false)
                    .pathStyleAccessEnabled(settings.endpoint().isPresent()));
    settings.endpoint().ifPresent(builder::endpointOverride);
    settings.keys().ifPresent(k -> builder.credentialsProvider(k.provider()));
    s3 = builder.build();
  }

  private String key(String key) {
    return settings.prefix() + key;
  }

  @Override
  public void put(String key, Path file) throws IOException {
    reaching(() ->
        s3.putObject(
            r -> r.bucket(settings.bucket()).key(key(key)).contentType("application/octet-stream"),
            RequestBody.fromFile(file)));
    Files.deleteIfExists(file);
  }

  @Override
  public LocalCopy get(String key) throws IOException {
    Path copy = incoming.resolve("copy-" + UUID.randomUUID() + ".part");
    boolean done = false;
    try {
      reaching(() -> s3.getObject(r -> r.bucket(settings.bucket()).key(key(key)), copy));
      done = true;
      return new Copy(copy);
    } finally {
      if (!done) {
        Files.deleteIfExists(copy);
      }
    }
  }

  private record Copy(Path path) implements LocalCopy {
    @Override
    public void close() {
      try {
        Files.deleteIfExists(path);
      } catch (IOException _) {
        // Old ones are deleted at the next start.
      }
    }
  }

  @Override
  public void delete(String key) throws IOException {
    reaching(() -> s3.deleteObject(r -> r.bucket(settings.bucket()).key(key(key))));
  }

  private <T> T reaching(Supplier<T> call) throws IOException {
    try {
      return call.get();
    } catch (NoSuchKeyException e) {
      throw new NoSuchFileException(e.getMessage());
    } catch (SdkException e) {
      throw new IOException(settings + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    s3.close();
  }
}
