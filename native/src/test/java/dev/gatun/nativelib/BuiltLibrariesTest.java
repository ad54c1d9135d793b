package dev.gatun.nativelib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.nativelib.bindings.Gatun;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The libraries that CMake has built; those that it has not are skipped, unless {@code
 * GATUN_TEST_REQUIRE} names them.
 */
class BuiltLibrariesTest {
  private static Path built(String name) {
    Path library =
        Path.of(
            System.getProperty("gatun.native.build"),
            System.mapLibraryName("gatun_" + name.replace('-', '_')));
    if (!List.of(System.getenv().getOrDefault("GATUN_TEST_REQUIRE", "").split(","))
        .contains(name)) {
      assumeTrue(Files.exists(library), () -> "not built here: " + library);
    }
    assertThat(library).exists();
    return library;
  }

  @ParameterizedTest
  @ValueSource(strings = {"cuda", "cuda-emulated"})
  void exportTheHeaderAndNothingElse(String name) throws Exception {
    Path library = built(name);
    assertThat(
            StubLibrary.run("nm", "-D", "--defined-only", "--format=posix", library.toString())
                .lines())
        .map(line -> line.split(" ", 2)[0])
        .containsExactlyInAnyOrderElementsOf(
            Header.read().functions().stream().map(Header.Function::name).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"cuda", "cuda-emulated"})
  void needTheSystemsLibrariesAlone(String name) throws Exception {
    Path library = built(name);
    assertThat(StubLibrary.run("readelf", "-d", library.toString()).lines())
        .filteredOn(line -> line.contains("(NEEDED)"))
        .allMatch(line ->
            line.matches(".*\\[(libc|libm|libdl|librt|libpthread|ld-linux-x86-64)\\.so\\.\\d]"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"cuda", "cuda-emulated"})
  void countTheirDevicesOrSayWhyThereIsNone(String name) {
    Abi abi =
        NativeLibrary.load(
                name,
                new NativeSearch(
                    null,
                    null,
                    built(name).toString(),
                    ClassLoader.getPlatformClassLoader(),
                    NativeCache.ofUser()))
            .abi();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(Gatun.C_INT);
      int status = abi.deviceCount(count);
      if (status == Gatun.GATUN_OK()) {
        assertThat(count.get(Gatun.C_INT, 0)).isPositive();
      } else {
        assertThat(name).as("the emulation has a device everywhere").isEqualTo("cuda");
        assertThat(status).isEqualTo(Gatun.GATUN_NO_DEVICE());
        assertThat(count.get(Gatun.C_INT, 0)).isZero();
        assertThat(abi.lastError()).isNotBlank();
      }
    }
  }

  @Test
  void emulateAsPromised() throws Exception {
    Path program = built("cuda-emulated").resolveSibling("emulation_test");
    assertThat(StubLibrary.run(program.toString())).contains("all as promised");
  }

  @Test
  void callCublasLtAsItIsDocumented() throws Exception {
    Path library = built("cuda-emulated");
    Path standIn = library.resolveSibling(System.mapLibraryName("cublasLt_emulated"));
    String program = library.resolveSibling("cublaslt_test").toString();
    assertThat(StubLibrary.run(program, library.toString(), standIn.toString()))
        .contains("all as promised");
  }
}
