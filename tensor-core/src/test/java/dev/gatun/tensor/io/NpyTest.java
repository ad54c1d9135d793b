package dev.gatun.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.DTypeException;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class NpyTest {
  @TempDir Path folder;
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  static Path resource(String name) {
    try {
      return Path.of(Objects.requireNonNull(NpyTest.class.getResource(name)).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  record Expected(String name, String shape, String dtype, String values) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Expected> expected() throws IOException {
    String json = Files.readString(resource("expected.json"));
    var entry =
        Pattern.compile(
            "\"(\\w+)\":\\s*\\{\\s*\"shape\":\\s*(\\[[^]]*])\\s*,\\s*\"dtype\":\\s*\"([^\"]*)\""
                + "\\s*,\\s*\"values\":\\s*(\\[[^]]*])");
    return entry
        .matcher(json)
        .results()
        .map(m -> new Expected(m.group(1), m.group(2), m.group(3), m.group(4)))
        .toList();
  }

  static Stream<Path> wrong() throws IOException {
    try (Stream<Path> files = Files.list(resource("expected.json").getParent())) {
      return files
          .filter(f -> f.getFileName().toString().startsWith("must_reject_"))
          .sorted()
          .toList()
          .stream();
    }
  }

  private static double[] numbers(String list) {
    return Arrays.stream(list.replaceAll("[\\[\\]\\s]", "").split(",", -1))
        .filter(s -> !s.isEmpty())
        .mapToDouble(Double::parseDouble)
        .toArray();
  }

  @ParameterizedTest
  @MethodSource("expected")
  void readsWhatNumpyWrote(Expected e) throws IOException {
    Tensor x = Npy.read(resource(e.name() + ".npy"));
    assertThat(Arrays.stream(x.shape().toArray()).mapToDouble(d -> d))
        .containsExactly(Arrays.stream(numbers(e.shape())).boxed().toArray(Double[]::new));
    assertThat(x.toDoubleArray()).containsExactly(numbers(e.values()));
    DType want =
        switch (e.dtype().substring(1)) {
          case "f2" -> DType.FLOAT16;
          case "f4" -> DType.FLOAT32;
          case "f8" -> DType.FLOAT64;
          case "i1" -> DType.INT8;
          case "i2" -> DType.INT16;
          case "u1" -> DType.UINT8;
          case "b1" -> DType.BOOL;
          case "u2", "i4" -> DType.INT32;
          default -> DType.INT64;
        };
    assertThat(x.dtype()).isEqualTo(want);
  }

  @Test
  void theExpectationsAreNotEmpty() throws IOException {
    assertThat(expected()).hasSizeGreaterThan(17);
    assertThat(wrong()).hasSizeGreaterThan(14);
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void rejectsWithAnErrorThatNamesTheFile(Path file) {
    long live = Gatun.memory().live();
    assertThatThrownBy(() -> Npy.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith(file.toString());
    assertThat(Gatun.memory().live()).isLessThanOrEqualTo(live);
  }

  @ParameterizedTest
  @CsvSource({
    "bad_magic, does not begin with",
    "header_past_end, header that ends at byte",
    "huge_shape, bytes of data for shape",
    "object, NumPy type '|O'",
    "string, NumPy type '<U2'",
    "struct, structured elements",
    "truncated, 'should have 48 bytes of data for shape [3, 4], has 43'",
    "trailing, 'should have 48 bytes of data for shape [3, 4], has 49'",
    "overflow, impossible shape",
    "negative, no size at position",
    "u8_too_large, 9223372036854775808",
    "long_header, header of 4294967295 bytes",
    "missing_key, not all of descr",
  })
  void saysWhatIsWrong(String name, String message) {
    assertThatThrownBy(() -> Npy.read(resource("must_reject_" + name + ".npy")))
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void writesWhatItReads(DType dtype) throws IOException {
    Tensor x = Tensor.of(0.0, 1.0, 3.5, 100.0, 2.0, 7.0).to(dtype).reshape(2, 1, 3);
    Path file = folder.resolve("x.npy");
    if (dtype == DType.BFLOAT16) {
      assertThatThrownBy(() -> Npy.write(file, x))
          .isInstanceOf(DTypeException.class)
          .hasMessageContaining("bfloat16");
      assertThat(folder).isEmptyDirectory();
      return;
    }
    Npy.write(file, x);
    Npy.write(file, x.transpose(0, 2)); // replaces it
    Tensor y = Npy.read(file);
    assertThat(y.dtype()).isEqualTo(dtype);
    assertThat(y.equal(x.transpose(0, 2))).isTrue();
    assertThat(Files.size(file)).isEqualTo(128 + 6 * dtype.byteSize());
    assertThat(folder).isDirectoryNotContaining(p -> p.toString().endsWith(".part"));
  }

  @Test
  void writesByteForByteWhatNumpyWrites() throws IOException {
    for (String name : List.of("f4_2d", "f8_3d", "i8", "bool", "scalar_0d", "empty", "rank6")) {
      Path file = folder.resolve(name);
      Npy.write(file, Npy.read(resource(name + ".npy")));
      assertThat(file).hasSameBinaryContentAs(resource(name + ".npy"));
    }
  }

  @Test
  void readsFromMemory() throws IOException {
    Tensor x = Npy.read(Files.readAllBytes(resource("f4_2d.npy")));
    assertThat(x.shape()).isEqualTo(Shape.of(3, 4));
    assertThatThrownBy(() -> Npy.read(new byte[] {1, 2, 3}))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith("The array is not an npy file");
  }

  @Test
  void aFailedWriteLeavesTheOldFile() throws IOException {
    Path file = folder.resolve("x.npy");
    Files.writeString(file, "old");
    assertThatThrownBy(() ->
            AtomicFile.write(
                file,
                channel -> {
                  throw new IOException("disk full");
                }))
        .hasMessage("disk full");
    assertThat(file).hasContent("old");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }
}
