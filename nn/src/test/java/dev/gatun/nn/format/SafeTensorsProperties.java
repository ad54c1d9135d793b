package dev.gatun.nn.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.DTypeException;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Generator;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

final class SafeTensorsProperties {
  private static Path file;
  private static byte[] whole;

  @BeforeContainer
  static void prepare() throws IOException {
    file = Files.createTempFile("gatun", ".safetensors");
    try (InputStream in =
        SafeTensorsProperties.class.getResourceAsStream("all_dtypes.safetensors")) {
      whole = Objects.requireNonNull(in).readAllBytes();
    }
  }

  @AfterContainer
  static void clean() throws IOException {
    Files.deleteIfExists(file);
  }

  /** Whatever the bytes are, the answer is tensors or a clear error. */
  @Property(tries = 500)
  void damageIsAnErrorOrHarmless(@ForAll Random random, @ForAll @IntRange(min = 1, max = 6) int n)
      throws IOException {
    byte[] bytes = whole.clone();
    for (int i = 0; i < n; i++) {
      bytes[random.nextInt(random.nextBoolean() ? 200 : bytes.length)] = (byte) random.nextInt(128);
    }
    Files.write(file, bytes);
    try (Scope _ = Scope.open()) {
      SafeTensors.load(file).values().forEach(t -> assertThat(t.toDoubleArray()).isNotNull());
    } catch (FormatException | DTypeException e) {
      assertThat(e).hasMessageContaining(file.toString());
    }
  }

  @Property(tries = 100)
  void whatIsSavedIsLoaded(
      @ForAll @Size(max = 8) List<DType> dtypes, @ForAll @IntRange(min = 0, max = 40) int size) {
    try (Scope _ = Scope.open()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (DType dtype : dtypes) {
        Tensor t =
            Tensor.randn(
                    Shape.of(size, 3), DType.FLOAT32, Device.CPU, new Generator(tensors.size()))
                .mul(30.0)
                .to(dtype);
        tensors.put("tensor " + tensors.size(), t);
      }
      assertThatCode(() -> SafeTensors.save(tensors, file)).doesNotThrowAnyException();
      Map<String, Tensor> loaded = load();
      assertThat(loaded.keySet()).containsExactlyElementsOf(tensors.keySet());
      tensors.forEach((name, t) -> {
        assertThat(loaded.get(name).type()).isEqualTo(t.type());
        assertThat(loaded.get(name).toDoubleArray()).isEqualTo(t.toDoubleArray());
      });
    }
  }

  private static Map<String, Tensor> load() {
    try {
      return SafeTensors.load(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
