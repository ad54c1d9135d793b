package dev.gatun.nn.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.DTypeException;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.io.AtomicFile;
import dev.gatun.tensor.io.Npz;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SafeTensorsTest {
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

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(Objects.requireNonNull(SafeTensorsTest.class.getResource(name), name).toURI());
  }

  /** A file with one tensor x of the dtype and two elements. */
  private Path file(String dtype, byte... data) throws IOException {
    String json =
        "{\"x\":{\"dtype\":\""
            + dtype
            + "\",\"shape\":[2],\"data_offsets\":[0,"
            + data.length
            + "]}}";
    return raw(json, data);
  }

  private Path raw(String json, byte[] data) throws IOException {
    byte[] head = json.getBytes(StandardCharsets.UTF_8);
    var bytes =
        ByteBuffer.allocate(8 + head.length + data.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(head.length)
            .put(head)
            .put(data);
    return Files.write(folder.resolve("x.safetensors"), bytes.array());
  }

  @Test
  void loadsAllDtypes() throws Exception {
    Map<String, Tensor> want = Npz.read(resource("all_dtypes_expected.npz"));
    Map<String, Tensor> got = SafeTensors.load(resource("all_dtypes.safetensors"));
    assertThat(got.keySet()).containsExactlyElementsOf(want.keySet());
    want.forEach((name, t) -> {
      assertThat(got.get(name).shape()).as(name).isEqualTo(t.shape());
      if (!name.equals("bf16")) { // NumPy has no bfloat16, its answer is in float32
        assertThat(got.get(name).dtype()).as(name).isEqualTo(t.dtype());
      }
      assertThat(got.get(name).toDoubleArray()).as(name).isEqualTo(t.toDoubleArray());
    });
    assertThat(got.get("bf16").dtype()).isEqualTo(DType.BFLOAT16);
    assertThat(SafeTensors.open(resource("all_dtypes.safetensors")).metadata())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("format", "pt", "author", "reference \"quoted\" \\ é"));
  }

  @Test
  void loadsWhatTheFormatAllows() throws Exception {
    assertThat(SafeTensors.load(resource("no_tensors.safetensors"))).isEmpty();
    assertThat(SafeTensors.load(resource("header_spaces.safetensors")).get("a").shape())
        .isEqualTo(Shape.of(2));
    var reordered = SafeTensors.load(resource("reordered_offsets.safetensors"));
    assertThat(reordered.keySet()).containsExactly("b", "a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          bad_json | is malformed
          duplicate_name | twice
          end_before_start | needs data_offsets [begin, end]
          header_length_overflow | its header should have
          header_too_long | its header should have
          hole | must neither overlap nor leave holes
          invalid_utf8 | is not valid UTF-8
          leading_space | does not begin with '{'
          metadata_not_string | is not a string
          negative_shape | needs numbers from 0
          not_object | does not begin with '{'
          out_of_bounds | is truncated or its header wrong
          overlap | must neither overlap nor leave holes
          shape_overflow | more than 2^63 elements
          short | expected at least 8
          size_mismatch | needs
          trailing_bytes | end at byte
          unknown_dtype | unknown dtype 'Q32'
          """)
  void rejects(String name, String why) throws Exception {
    Path file = resource("must_reject_" + name + ".safetensors");
    assertThatThrownBy(() -> SafeTensors.load(file))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(why)
        .hasMessageContaining(file.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[\"1\"],\"data_offsets\":[0,4]}}",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,9223372036854775808]}}",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1]}}",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}{}",
        "{\"x\":{\"dtype\":\"F4\",\"shape\":[7],\"data_offsets\":[0,4]}}",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}",
        "{\"x\":7}",
        "{}",
      })
  void rejectsOtherHeaders(String json) throws Exception {
    Path file = raw(json, new byte[4]);
    assertThatThrownBy(() -> SafeTensors.open(file)).isInstanceOf(FormatException.class);
  }

  @Test
  void widensWithoutLoss() throws Exception {
    assertThat(SafeTensors.load(file("U16", (byte) 1, (byte) 0, (byte) 0xff, (byte) 0xff)).get("x"))
        .satisfies(t -> {
          assertThat(t.dtype()).isEqualTo(DType.INT32);
          assertThat(t.toIntArray()).containsExactly(1, 65535);
        });
    byte[] ones = new byte[8];
    java.util.Arrays.fill(ones, (byte) 0xff);
    assertThat(SafeTensors.load(file("U32", ones)).get("x").toLongArray())
        .containsExactly(0xffffffffL, 0xffffffffL);
    byte[] two = new byte[16];
    two[0] = 2;
    assertThat(SafeTensors.load(file("U64", two)).get("x").toLongArray()).containsExactly(2, 0);
    two[7] = (byte) 0x80;
    Path tooGreat = file("U64", two);
    assertThatThrownBy(() -> SafeTensors.load(tooGreat))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("U64 9223372036854775810");
    assertThat(SafeTensors.load(file("F8_E5M2", (byte) 0x3c, (byte) 0xfc)).get("x").toFloatArray())
        .containsExactly(1, Float.NEGATIVE_INFINITY);
    assertThat(SafeTensors.load(file("F8_E4M3", (byte) 0xb8, (byte) 0x7e)).get("x").toFloatArray())
        .containsExactly(-1, 448);
    assertThat(SafeTensors.load(file("F8_E4M3", (byte) 1, (byte) 0x7f)).get("x").toFloatArray())
        .containsExactly(1f / 512, Float.NaN);
  }

  @Test
  void namesTheTensorItCannotHold() throws Exception {
    SafeTensorsFile file = SafeTensors.open(file("C64", new byte[16]));
    assertThat(file.dtype("x")).isEqualTo("C64");
    assertThatThrownBy(() -> file.tensor("x"))
        .isInstanceOf(DTypeException.class)
        .hasMessageContaining("Tensor 'x'")
        .hasMessageContaining("C64");
    Path bad = file("BOOL", (byte) 1, (byte) 2);
    assertThatThrownBy(() -> SafeTensors.load(bad))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("bool 2");
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void savesWhatItLoads(DType dtype) throws Exception {
    Tensor x = Tensor.arange(0, 6, 1, DType.INT64, Device.CPU).to(dtype).reshape(2, 3);
    Path path = folder.resolve("x.safetensors");
    SafeTensors.save(Map.of("x", x.t(), "e", x.narrow(0, 0, 0)), Map.of("k", "ü"), path);
    SafeTensorsFile file = SafeTensors.open(path);
    assertThat(file.metadata()).containsExactly(Map.entry("k", "ü"));
    assertThat(file.tensor("x").dtype()).isEqualTo(dtype);
    assertThat(file.tensor("x").shape()).isEqualTo(Shape.of(3, 2));
    assertThat(file.tensor("x").toDoubleArray()).isEqualTo(x.t().toDoubleArray());
    assertThat(file.tensor("e").shape()).isEqualTo(Shape.of(0, 3));
  }

  @Test
  void keepsTheOrderOfNamesAndAlignsData() throws Exception {
    var tensors = new LinkedHashMap<String, Tensor>();
    tensors.put("byte", Tensor.of(new byte[] {1}, Shape.of(1)));
    tensors.put("double", Tensor.of(new double[] {2}, Shape.of(1)));
    tensors.put("large", Tensor.ones(Shape.of(16)));
    Path path = folder.resolve("x.safetensors");
    SafeTensors.save(tensors, path);
    Map<String, Tensor> loaded = SafeTensors.load(path);
    assertThat(loaded.keySet()).containsExactly("byte", "double", "large");
    loaded.forEach(
        (name, t) -> assertThat(t.toDoubleArray()).isEqualTo(tensors.get(name).toDoubleArray()));
    Tensor large = loaded.get("large"); // aligned, so over the file's pages without a copy
    assertThatThrownBy(() -> large.assign(Tensor.zeros(Shape.of(16))))
        .isInstanceOf(RuntimeException.class);
    assertThat(large.copy().assign(Tensor.zeros(Shape.of(16))).sum().item()).isZero();
  }

  @Test
  void aFailedWriteLeavesTheOldFile() throws Exception {
    Path path = folder.resolve("x.safetensors");
    SafeTensors.save(Map.of("x", Tensor.ones(Shape.of(2))), path);
    byte[] before = Files.readAllBytes(path);
    Tensor closed = Tensor.ones(Shape.of(2));
    Map<String, Tensor> broken = new LinkedHashMap<>();
    broken.put("fine", Tensor.ones(Shape.of(64)));
    broken.put("x", closed);
    assertThatThrownBy(() ->
            AtomicFile.write(
                path,
                channel -> {
                  channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
                  throw new IOException("disk full");
                }))
        .hasMessage("disk full");
    closed.close();
    assertThatThrownBy(() -> SafeTensors.save(broken, path)).isInstanceOf(RuntimeException.class);
    assertThat(Files.readAllBytes(path)).isEqualTo(before);
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(path);
    }
    SafeTensors.save(Map.of("y", Tensor.ones(Shape.of(2))), path);
    assertThat(SafeTensors.open(path).names())
        .isEqualTo(new java.util.LinkedHashSet<>(List.of("y")));
  }

  @Test
  void everyTruncationIsRejected() throws Exception {
    byte[] whole = Files.readAllBytes(resource("all_dtypes.safetensors"));
    Path path = folder.resolve("cut.safetensors");
    for (int n = 0; n < whole.length; n += n < 64 ? 1 : 37) {
      Files.write(path, java.util.Arrays.copyOf(whole, n));
      assertThatThrownBy(() -> SafeTensors.open(path)).isInstanceOf(FormatException.class);
    }
  }
}
