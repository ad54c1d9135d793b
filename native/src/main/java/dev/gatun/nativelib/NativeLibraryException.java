package dev.gatun.nativelib;

import java.io.Serial;

/**
 * A native library is missing, does not load, or is not the one that this version of Gatun calls.
 */
public final class NativeLibraryException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  NativeLibraryException(String message) {
    super(message);
  }

  NativeLibraryException(String message, Throwable cause) {
    super(message, cause);
  }
}
