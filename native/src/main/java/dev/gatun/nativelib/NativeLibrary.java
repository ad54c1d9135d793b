package dev.gatun.nativelib;

import dev.gatun.nativelib.bindings.Gatun;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * A loaded library that implements {@code gatun.h}.
 *
 * <p>Each has handles of its own, so that libraries which export the same functions are used side
 * by side. A library stays loaded until the JVM ends. Instances are immutable and safe to share
 * between threads.
 */
@SuppressWarnings("restricted") // calling native code is what this is for
public final class NativeLibrary {
  private final String name;
  private final Path path;
  private final SymbolLookup symbols;
  private final Abi abi;

  private NativeLibrary(String name, Path path, SymbolLookup symbols) {
    this.name = name;
    this.path = path;
    this.symbols = symbols;
    checkAbiVersion();
    this.abi = new Abi(this);
    if (!abi.backend().equals(name)) {
      throw new NativeLibraryException(
          "expected the backend \"%s\" in %s, and it holds \"%s\""
              .formatted(name, path, abi.backend()));
    }
  }

  /**
   * Finds and loads a library. Looked at in this order, and the first file found is taken:
   *
   * <ol>
   *   <li>the system property {@code gatun.native.path}: files and folders, separated as in a class
   *       path;
   *   <li>the environment variable {@code GATUN_NATIVE_PATH}, likewise;
   *   <li>the resource {@code /dev/gatun/nativelib/PLATFORM/FILE}, which the jars {@code
   *       dev.gatun:native} with a platform as classifier hold; it is copied to a folder of the
   *       user's cache ({@code $XDG_CACHE_HOME} or {@code ~/.cache}) that nobody else can write;
   *   <li>the system property {@code gatun.native.build}: the folder into which a source checkout
   *       builds.
   * </ol>
   *
   * <p>Every call binds the functions anew: keep what it returns.
   *
   * @param name the backend, as {@code gatun_backend} tells it: "cuda", "cuda-emulated"
   * @throws NativeLibraryException if none is found, with all places that were searched; or the one
   *     found does not load, is of another ABI version, or holds another backend
   */
  public static NativeLibrary load(String name) {
    return load(name, NativeSearch.ofSystem());
  }

  static NativeLibrary load(String name, NativeSearch search) {
    try (NativeSearch.Found found = search.find(name)) {
      SymbolLookup symbols;
      try {
        symbols = SymbolLookup.libraryLookup(found.path(), Arena.global());
      } catch (IllegalCallerException e) {
        throw new NativeLibraryException(
            "Java does not let Gatun call native code: add --enable-native-access=dev.gatun.nativelib, or ALL-UNNAMED on the class path",
            e);
      } catch (IllegalArgumentException e) {
        throw new NativeLibraryException(
            "the native library %s does not load: %s"
                .formatted(found.path(), reason(found.path(), e)),
            e);
      }
      return new NativeLibrary(name, found.path(), symbols);
    }
  }

  /** Host memory of a given size behind an address that a library handed out. */
  public static MemorySegment memory(MemorySegment address, long bytes) {
    return address.reinterpret(bytes);
  }

  /** The backend that the library holds. */
  public String name() {
    return name;
  }

  /**
   * Where the library was found; a file that had to be unpacked to a temporary folder is gone by
   * now.
   */
  public Path path() {
    return path;
  }

  /** The library's functions. */
  public Abi abi() {
    return abi;
  }

  /**
   * A handle of a function of this library.
   *
   * @throws NativeLibraryException if the library has no such function
   */
  public MethodHandle handle(String function, FunctionDescriptor descriptor) {
    MemorySegment address =
        symbols
            .find(function)
            .orElseThrow(() ->
                new NativeLibraryException("%s has no function %s".formatted(path, function)));
    return Linker.nativeLinker().downcallHandle(address, descriptor);
  }

  @Override
  public String toString() {
    return name + " (" + path + ")";
  }

  /**
   * Before anything else of the library is touched: only this function is the same in all versions.
   */
  private void checkAbiVersion() {
    int version;
    try {
      version =
          (int) handle("gatun_abi_version", Gatun.gatun_abi_version$descriptor()).invokeExact();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    if (version != Gatun.GATUN_ABI_VERSION()) {
      throw new NativeLibraryException(
          "expected version %d of Gatun's native interface in %s, and it has version %d: use the library of the same release"
              .formatted(Gatun.GATUN_ABI_VERSION(), path, version));
    }
  }

  /** The lookup does not tell what the system's loader said, and System.load does. */
  private static String reason(Path path, IllegalArgumentException thrown) {
    try {
      System.load(path.toString());
      return String.valueOf(thrown.getMessage());
    } catch (UnsatisfiedLinkError e) {
      return String.valueOf(e.getMessage());
    }
  }
}
