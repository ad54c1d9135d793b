package dev.gatun.nativelib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.nativelib.bindings.Gatun;
import dev.gatun.nativelib.bindings.gatun_memory_info;
import dev.gatun.nativelib.bindings.gatun_tensor;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {
  private static final ClassLoader NO_RESOURCES = new ClassLoader(null) {};

  @TempDir Path folder;

  private NativeSearch search(
      @Nullable String property, @Nullable String environment, @Nullable String build) {
    return new NativeSearch(
        property, environment, build, NO_RESOURCES, new NativeCache(folder.resolve("cache")));
  }

  private NativeLibrary load(String name, Path place) {
    return NativeLibrary.load(name, search(place.toString(), null, null));
  }

  @Test
  void theFirstPlaceThatHasItWins() throws Exception {
    Path a = new StubLibrary("stub").compile(folder.resolve("a"));
    Path b = new StubLibrary("stub").compile(folder.resolve("b"));
    Path c = new StubLibrary("stub").compile(folder.resolve("c"));
    String nothing = folder.toString();

    assertThat(NativeLibrary.load("stub", search(a.toString(), b.toString(), c.toString())).path())
        .isEqualTo(a);
    assertThat(
            NativeLibrary.load("stub", search(nothing, b.getParent().toString(), c.toString()))
                .path())
        .isEqualTo(b);
    assertThat(NativeLibrary.load("stub", search(null, "", c.getParent().toString())).path())
        .isEqualTo(c);
    String several = String.join(File.pathSeparator, nothing, "", b.getParent().toString());
    assertThat(NativeLibrary.load("stub", search(several, null, null)).path()).isEqualTo(b);
  }

  @Test
  void whatIsNotFoundNamesEveryPlace() throws Exception {
    Path other = Files.writeString(folder.resolve("other.so"), "");
    Path gone = folder.resolve("gone");
    assertThatExceptionOfType(NativeLibraryException.class)
        .isThrownBy(() ->
            NativeLibrary.load(
                "a-stub", search(other + File.pathSeparator + gone, null, folder.toString())))
        .withMessage(
            "found no native library libgatun_a_stub.so for the backend \"a-stub\"; searched: the system property"
                + " gatun.native.path: %s (not libgatun_a_stub.so); the system property gatun.native.path: %s (does not"
                + " exist); the environment variable GATUN_NATIVE_PATH (not set); the resource"
                + " /dev/gatun/nativelib/%s/libgatun_a_stub.so (in no jar that this program was started with); the system"
                + " property gatun.native.build: %s (does not exist)",
            other, gone, NativeSearch.platform(), folder.resolve("libgatun_a_stub.so"));
  }

  @Test
  void anotherVersion() throws Exception {
    Path library = new StubLibrary("stub").body("gatun_abi_version", "return 99;").compile(folder);
    assertThatThrownBy(() -> load("stub", library))
        .isInstanceOf(NativeLibraryException.class)
        .hasMessage(
            "expected version %d of Gatun's native interface in %s, and it has version 99: use the library of the same"
                + " release",
            Gatun.GATUN_ABI_VERSION(), library);
  }

  @Test
  void anotherBackend() throws Exception {
    Path library =
        new StubLibrary("stub").body("gatun_backend", "return \"other\";").compile(folder);
    assertThatThrownBy(() -> load("stub", library))
        .isInstanceOf(NativeLibraryException.class)
        .hasMessage("expected the backend \"stub\" in %s, and it holds \"other\"", library);
  }

  @Test
  void aMissingFunction() throws Exception {
    Path library = new StubLibrary("stub").without("gatun_matmul").compile(folder);
    assertThatThrownBy(() -> load("stub", library))
        .isInstanceOf(NativeLibraryException.class)
        .hasMessage("%s has no function gatun_matmul", library);
  }

  @Test
  void whatIsNoLibrarySaysWhatTheSystemSaid() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve(System.mapLibraryName("gatun_stub")),
            "this is no library, and longer than 64 bytes".repeat(3));
    assertThatThrownBy(() -> load("stub", file))
        .isInstanceOf(NativeLibraryException.class)
        .hasMessageContaining("the native library %s does not load: ", file)
        .hasMessageContaining("invalid ELF header");
  }

  @Test
  void librariesWithTheSameFunctionsLiveSideBySide() throws Exception {
    String count = "*count = %d; return GATUN_OK;";
    // Through another exported function, which must be the library's own.
    String indirect = "int32_t n; gatun_device_count(&n); return n;";
    NativeLibrary one =
        load(
            "one",
            new StubLibrary("one")
                .body("gatun_device_count", count.formatted(1))
                .body("gatun_trim", indirect)
                .compile(folder));
    NativeLibrary two =
        load(
            "two",
            new StubLibrary("two")
                .body("gatun_device_count", count.formatted(2))
                .body("gatun_trim", indirect)
                .compile(folder));
    assertThat(one.abi().trim(MemorySegment.NULL)).isEqualTo(1);
    assertThat(two.abi().trim(MemorySegment.NULL)).isEqualTo(2);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment n = arena.allocate(Gatun.C_INT);
      assertThat(one.abi().deviceCount(n)).isEqualTo(Gatun.GATUN_OK());
      assertThat(n.get(Gatun.C_INT, 0)).isEqualTo(1);
      assertThat(two.abi().deviceCount(n)).isEqualTo(Gatun.GATUN_OK());
      assertThat(n.get(Gatun.C_INT, 0)).isEqualTo(2);
    }
    assertThat(one).hasToString("one (" + one.path() + ")");
  }

  @Test
  void argumentsArriveAsTheyWere() throws Exception {
    var stub =
        new StubLibrary("stub")
            .body(
                "gatun_adam",
                """
                sprintf(text, "%p %g %g %g %g %g %d %lld rank %d shape %lld stride %lld %p %p %p", (void *) context,
                    learning_rate, beta1, beta2, epsilon, weight_decay, decoupled, (long long) step, parameter->rank,
                    (long long) parameter->shape[11], (long long) parameter->stride[0], first, second, gradient);
                return GATUN_INVALID;\
                """)
            .body(
                "gatun_memory",
                "info->live = 1; info->peak = 1LL << 40; info->allocations = -3; return GATUN_OK;");
    Abi abi = load("stub", stub.compile(folder)).abi();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment tensor = arena.allocate(gatun_tensor.layout());
      gatun_tensor.rank(tensor, 12);
      gatun_tensor.shape(tensor, 11, 1L << 33);
      gatun_tensor.stride(tensor, 0, -7);
      int status =
          abi.adam(
              MemorySegment.ofAddress(0x10),
              0.5,
              0.25,
              0.125,
              1e-8,
              -2,
              1,
              1L << 35,
              tensor,
              MemorySegment.NULL,
              MemorySegment.ofAddress(0x20),
              MemorySegment.ofAddress(0x30));
      assertThat(status).isEqualTo(Gatun.GATUN_INVALID());
      assertThat(abi.lastError())
          .isEqualTo(
              "0x10 0.5 0.25 0.125 1e-08 -2 1 34359738368 rank 12 shape 8589934592 stride -7 (nil) 0x20 0x30");

      MemorySegment info = arena.allocate(gatun_memory_info.layout());
      assertThat(abi.memory(MemorySegment.NULL, info)).isEqualTo(Gatun.GATUN_OK());
      assertThat(gatun_memory_info.live(info)).isEqualTo(1);
      assertThat(gatun_memory_info.peak(info)).isEqualTo(1L << 40);
      assertThat(gatun_memory_info.allocations(info)).isEqualTo(-3);

      MemorySegment onHeap = MemorySegment.ofArray(new long[40]);
      assertThatThrownBy(() -> abi.memory(MemorySegment.NULL, onHeap))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aLibraryOfAJarIsUnpackedOnce() throws Exception {
    Path root = folder.resolve("jar");
    new StubLibrary("stub").compile(root.resolve("dev/gatun/nativelib/" + NativeSearch.platform()));
    var cache = new NativeCache(folder.resolve("cache"));
    try (var jar = new java.net.URLClassLoader(new java.net.URL[] {root.toUri().toURL()}, null)) {
      var search = new NativeSearch(null, null, null, jar, cache);
      NativeLibrary library = NativeLibrary.load("stub", search);
      assertThat(library.path()).startsWith(cache.root()).exists();
      assertThat(library.abi().backend()).isEqualTo("stub");
      assertThat(NativeLibrary.load("stub", search).path()).isEqualTo(library.path());
    }
    try (Stream<Path> files = Files.walk(cache.root())) {
      assertThat(files.filter(Files::isRegularFile)).hasSize(1);
    }
  }

  @Test
  void aLibraryOfAJarLoadsWithoutACacheToo() throws Exception {
    Path root = folder.resolve("jar");
    new StubLibrary("stub").compile(root.resolve("dev/gatun/nativelib/" + NativeSearch.platform()));
    Path file = Files.writeString(folder.resolve("file"), "");
    try (var jar = new java.net.URLClassLoader(new java.net.URL[] {root.toUri().toURL()}, null)) {
      var search = new NativeSearch(null, null, null, jar, new NativeCache(file));
      NativeLibrary library = NativeLibrary.load("stub", search);
      assertThat(library.abi().backend()).isEqualTo("stub");
      assertThat(library.path()).doesNotExist();
      assertThat(library.path().getParent()).doesNotExist();
    }
  }
}
