package dev.gatun.gateway.files;

import dev.gatun.ai.spi.ProviderConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where uploaded files are, and how large they may be.
 *
 * @param folder of this instance: uploads on their way in, and all files where no other storage is
 *     configured
 * @param mostBytes the largest upload
 * @param mostStored the most bytes of a tenant's files together
 * @param s3 the bucket that keeps them; empty for the folder
 */
public record FileSettings(
    Path folder, long mostBytes, long mostStored, Optional<S3Storage.Settings> s3) {
  private static final Logger LOG = LoggerFactory.getLogger(FileSettings.class);
  private static final Duration STALE = Duration.ofDays(1);

  /**
   * Reads {@code GATUN_MAX_UPLOAD_BYTES} (default 1 GiB), {@code GATUN_MAX_STORED_BYTES} (default
   * 10 GiB) and a bucket's settings: see {@link S3Storage.Settings#read}.
   *
   * @param data the gateway's folder; files are in its folder {@code files}
   * @throws IllegalArgumentException when a value is unusable
   */
  public static FileSettings read(ProviderConfig config, Path data) {
    return new FileSettings(
        data.resolve("files"),
        bytes(config, "GATUN_MAX_UPLOAD_BYTES", 1L << 30),
        bytes(config, "GATUN_MAX_STORED_BYTES", 10L << 30),
        S3Storage.Settings.read(config));
  }

  private static long bytes(ProviderConfig config, String name, long normal) {
    String most = config.get(name).orElse(Long.toString(normal));
    if (!most.matches("[1-9][0-9]{0,14}")) {
      throw new IllegalArgumentException(
          name + " must be a whole number from 1 on, got '" + most + "'");
    }
    return Long.parseLong(most);
  }

  /**
   * Opens the storage.
   *
   * @throws UncheckedIOException when its folder cannot be made
   */
  public FileStorage storage() {
    Path incoming = incoming();
    removeStale(incoming);
    if (s3.isPresent()) {
      return new S3Storage(s3.get(), incoming);
    }
    Path stored = folder.resolve("stored");
    try {
      return new LocalStorage(stored);
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException("GATUN_DATA_DIR: " + stored + " cannot be made", e));
    }
  }

  /** What a process that died left on its way. Others may share the folder, and be at work. */
  private static void removeStale(Path incoming) {
    FileTime limit = FileTime.from(Instant.now().minus(STALE));
    try (Stream<Path> files = Files.list(incoming)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (Files.getLastModifiedTime(file).compareTo(limit) < 0) {
          delete(file);
        }
      }
    } catch (IOException e) {
      LOG.warn("{} cannot be tidied", incoming, e);
    }
  }

  /**
   * Deletes a file, or a folder of files.
   *
   * @throws IOException when that fails
   */
  public static void delete(Path file) throws IOException {
    if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> files = Files.list(file)) {
        for (Path f : (Iterable<Path>) files::iterator) {
          Files.deleteIfExists(f);
        }
      }
    }
    Files.deleteIfExists(file);
  }

  /**
   * The folder for uploads on their way in; made when it is missing.
   *
   * @throws UncheckedIOException when it cannot be made
   */
  public Path incoming() {
    Path incoming = folder.resolve("incoming");
    try {
      return Files.createDirectories(incoming);
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException("GATUN_DATA_DIR: " + incoming + " cannot be made", e));
    }
  }
}
