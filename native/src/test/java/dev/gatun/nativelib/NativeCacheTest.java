package dev.gatun.nativelib;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "POSIX permissions")
class NativeCacheTest {
  private static final String FILE = "libx.so";
  private static final byte[] CONTENT = "content of a library".getBytes(StandardCharsets.UTF_8);
  private static final String HASH =
      "9a30342ec0e652779d800aebe82ad1bc58425094445c58c9c04d310952ec3007";

  @TempDir Path folder;
  private NativeCache cache;

  @BeforeEach
  void makeCache() {
    cache = new NativeCache(folder.resolve("caches"));
  }

  private Path unpack() throws IOException {
    try (NativeSearch.Found found = cache.unpack(FILE, CONTENT)) {
      assertThat(found.path()).hasBinaryContent(CONTENT);
      return found.path();
    }
  }

  @Test
  void foldersArePrivateAndNamedByTheContent() throws IOException {
    Path file = unpack();
    assertThat(file).hasParent(cache.root().resolve(HASH));
    for (Path own = file.getParent();
        !own.equals(folder.resolve("caches"));
        own = own.getParent()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
          .as(own.toString())
          .isEqualTo("rwx------");
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    try (Stream<Path> files = Files.list(file.getParent())) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void anIntactFileIsNotWrittenAgain() throws IOException {
    Path file = unpack();
    FileTime old = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
    Files.setLastModifiedTime(file, old);
    assertThat(unpack()).isEqualTo(file);
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(old);
  }

  @Test
  void aChangedFileIsReplaced() throws IOException {
    Path file = unpack();
    byte[] changed = CONTENT.clone();
    changed[3]++;
    Files.write(file, changed);
    assertThat(unpack()).isEqualTo(file).hasBinaryContent(CONTENT);
    Files.write(file, new byte[] {1});
    assertThat(unpack()).isEqualTo(file).hasBinaryContent(CONTENT);
  }

  @Test
  void aLinkIsReplacedAndWhatItPointsToIsLeftAlone() throws IOException {
    Path file = unpack();
    Path other = Files.write(folder.resolve("other"), CONTENT);
    Files.delete(file);
    Files.createSymbolicLink(file, other);
    assertThat(unpack()).isEqualTo(file).isRegularFile();
    assertThat(Files.isSymbolicLink(file)).isFalse();
    assertThat(other).hasBinaryContent(CONTENT);
  }

  @Test
  void aFolderThatOthersCanWriteIsNotUsed() throws IOException {
    Path file = unpack();
    for (Path own : new Path[] {file.getParent(), cache.root(), cache.root().getParent()}) {
      Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxrwx---"));
      assertThat(unpack()).as(own.toString()).doesNotExist();
      Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwx------"));
    }
    assertThat(unpack()).isEqualTo(file);
  }

  @Test
  void aFolderThatIsALinkIsNotUsed() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.createDirectories(cache.caches());
    Files.createSymbolicLink(cache.root().getParent(), elsewhere);
    assertThat(unpack()).doesNotExist();
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void manyUnpackAtOnce() throws Exception {
    var tasks = new ArrayList<Callable<Path>>();
    for (int i = 0; i < 50; i++) {
      tasks.add(this::unpack);
    }
    try (var threads = Executors.newFixedThreadPool(8)) {
      var paths = new ArrayList<Path>();
      for (var result : threads.invokeAll(tasks)) {
        paths.add(result.get());
      }
      assertThat(paths).containsOnly(cache.root().resolve(HASH).resolve(FILE));
    }
  }
}
