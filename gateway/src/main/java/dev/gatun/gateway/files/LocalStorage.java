package dev.gatun.gateway.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Files in a folder of this machine, which several instances may share. A file is forced to the
 * disk before it gets its name.
 */
public final class LocalStorage implements FileStorage {
  private final Path folder;

  /** Stores in a folder, which is made when it is missing. */
  public LocalStorage(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
  }

  private Path of(String key) {
    if (!key.matches("[a-z0-9-]{1,100}")) {
      throw new IllegalArgumentException(
          "Not a key of this storage: " + key.length() + " characters");
    }
    return folder.resolve(key);
  }

  @Override
  public void put(String key, Path file) throws IOException {
    Path target = of(key);
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public LocalCopy get(String key) throws IOException {
    Path file = of(key);
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(key);
    }
    return new Original(file);
  }

  private record Original(Path path) implements LocalCopy {
    @Override
    public void close() {
      // It stays.
    }
  }

  @Override
  public void delete(String key) throws IOException {
    Files.deleteIfExists(of(key));
  }
}
