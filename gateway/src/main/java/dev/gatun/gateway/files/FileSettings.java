package dev.gatun.gateway.files;

import dev.gatun.ai.spi.ProviderConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where uploaded files are, and how large they may be.
 *
 * @param folder of this instance: uploads on their way in, and all files where no other storage is
 *     configured
 * @param mostBytes the largest upload
 */
public record FileSettings(Path folder, long mostBytes) {
  private static final long NORMAL = 1L << 30;

  /**
   * Reads {@code GATUN_MAX_UPLOAD_BYTES} (default 1 GiB).
   *
   * @param data the gateway's folder; files are in its folder {@code files}
   * @throws IllegalArgumentException when a value is unusable
   */
  public static FileSettings read(ProviderConfig config, Path data) {
    String most = config.get("GATUN_MAX_UPLOAD_BYTES").orElse(Long.toString(NORMAL));
    if (!most.matches("[1-9][0-9]{0,14}")) {
      throw new IllegalArgumentException(
          "GATUN_MAX_UPLOAD_BYTES must be a whole number from 1 on, got '" + most + "'");
    }
    return new FileSettings(data.resolve("files"), Long.parseLong(most));
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
