package dev.gatun.nativelib;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;

/**
 * Libraries unpacked from jars, each in a folder named by the hash of its content.
 *
 * <p>What lies there is run as this user, so a file is taken only from folders that belong to this
 * user and that nobody else can write, and only if its content is what the jar holds. Several JVMs
 * may unpack at once: a file appears whole, by a rename.
 *
 * @param caches the folder of all the user's caches; made when first needed
 */
record NativeCache(Path caches) {
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> OTHERS_WRITE =
      Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  /** In {@code $XDG_CACHE_HOME}, or {@code ~/.cache} when that is not set to an absolute path. */
  static NativeCache ofUser() {
    String configured = System.getenv("XDG_CACHE_HOME");
    Path caches =
        configured != null && Path.of(configured).isAbsolute()
            ? Path.of(configured)
            : Path.of(System.getProperty("user.home"), ".cache");
    return new NativeCache(caches);
  }

  /** Where the folders of the libraries are. */
  Path root() {
    return caches.resolve("gatun").resolve("native");
  }

  /**
   * The file with this content. Where the cache cannot be written, or is not this user's alone, it
   * is a temporary one that lasts until it is closed.
   */
  NativeSearch.Found unpack(String file, byte[] content) throws IOException {
    Path folder = root().resolve(sha256(content));
    Path target = folder.resolve(file);
    try {
      Files.createDirectories(caches);
      for (Path own : new Path[] {caches.resolve("gatun"), root(), folder}) {
        makePrivate(own);
      }
      if (!isIntact(target, content)) {
        write(folder, target, content);
      }
      return new NativeSearch.Found(target, false);
    } catch (IOException e) {
      try {
        Path temporary = Files.createTempDirectory("gatun-native").resolve(file);
        Files.write(temporary, content, StandardOpenOption.CREATE_NEW);
        return new NativeSearch.Found(temporary, true);
      } catch (IOException second) {
        second.addSuppressed(e);
        throw second;
      }
    }
  }

  static void deleteTemporary(Path file) {
    try {
      Files.deleteIfExists(file);
      Path folder = file.getParent();
      if (folder != null) {
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      // Windows keeps a loaded library from being deleted; the system clears its temporary folder.
      file.toFile().deleteOnExit();
    }
  }

  private static boolean isIntact(Path file, byte[] content) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        || Files.size(file) != content.length) {
      return false;
    }
    checkOwner(file);
    return MessageDigest.isEqual(Files.readAllBytes(file), content);
  }

  private static void write(Path folder, Path target, byte[] content) throws IOException {
    Path part = Files.createTempFile(folder, "unpack", ".part");
    try {
      try (FileChannel out = FileChannel.open(part, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
        out.force(true);
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static void makePrivate(Path folder) throws IOException {
    boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    try {
      if (posix) {
        Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PRIVATE));
      } else {
        Files.createDirectory(folder);
      }
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
    }
    checkOwner(folder);
  }

  private static void checkOwner(Path path) throws IOException {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return;
    }
    int owner = (int) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    if (owner != User.ID) {
      throw new IOException(
          "%s belongs to user %d, not to user %d".formatted(path, owner, User.ID));
    }
    Set<PosixFilePermission> permissions =
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
    if (OTHERS_WRITE.stream().anyMatch(permissions::contains)) {
      throw new IOException("%s can be written by others than its owner".formatted(path));
    }
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Java tells the user's name, which need not be known to the system that files belong to. */
  @SuppressWarnings("restricted") // calling native code is what this is for
  private static final class User {
    private static final int ID = effectiveId();

    private static int effectiveId() {
      Linker linker = Linker.nativeLinker();
      try {
        return (int)
            linker
                .downcallHandle(
                    linker.defaultLookup().findOrThrow("geteuid"), FunctionDescriptor.of(JAVA_INT))
                .invokeExact();
      } catch (Throwable e) {
        throw new IllegalStateException("cannot ask the system for the user's number", e);
      }
    }
  }
}
