package dev.gatun.gateway.files;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Where the bytes of files are, under keys of the gateway's own making: lower-case letters, digits
 * and {@code -}. Thread-safe.
 */
public interface FileStorage extends AutoCloseable {
  /**
   * Stores a file, whole or not at all.
   *
   * @param file is read, and moved away where that is cheaper
   */
  void put(String key, Path file) throws IOException;

  /**
   * Gives a file's bytes as a local file, to be read only.
   *
   * @throws java.nio.file.NoSuchFileException when there is none
   */
  LocalCopy get(String key) throws IOException;

  /** Deletes a file; nothing happens when there is none. */
  void delete(String key) throws IOException;

  @Override
  default void close() {}

  /** A file on this machine. Closing it deletes it when it is but a copy. */
  interface LocalCopy extends AutoCloseable {
    /** Where it is. */
    Path path();

    @Override
    void close();
  }
}
