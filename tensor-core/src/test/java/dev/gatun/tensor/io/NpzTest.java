package dev.gatun.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzTest {
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

  @Test
  void readsWhatNumpyWrote() throws IOException {
    Map<String, Tensor> stored = Npz.read(NpyTest.resource("stored.npz"));
    assertThat(stored.keySet()).containsExactly("a", "b", "deep.name");
    assertThat(stored.get("a").toText()).isEqualTo("[[0. 1. 2.]\n [3. 4. 5.]]");
    assertThat(stored.get("deep.name").item()).isEqualTo(2.5);
    Map<String, Tensor> deflated = Npz.read(NpyTest.resource("deflated.npz"));
    assertThat(deflated.get("a").shape()).isEqualTo(Shape.of(50, 50));
    assertThat(deflated.get("b").toLongArray()).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void writesWhatItReadsAndTheSameBytesEachTime() throws IOException {
    Map<String, Tensor> arrays = new LinkedHashMap<>();
    arrays.put("weights", Tensor.randn(Shape.of(3, 4)).t());
    arrays.put("none", Tensor.zeros(Shape.of(0, 2)));
    Path a = folder.resolve("a.npz");
    Path b = folder.resolve("b.npz");
    Npz.write(a, arrays);
    Npz.write(b, arrays);
    assertThat(a).hasSameBinaryContentAs(b);
    Npz.writeCompressed(b, arrays);
    for (Path file : new Path[] {a, b}) {
      Map<String, Tensor> read = Npz.read(file);
      assertThat(read.keySet()).containsExactly("weights", "none");
      assertThat(read.get("weights").equal(arrays.get("weights"))).isTrue();
      assertThat(read.get("none").shape()).isEqualTo(Shape.of(0, 2));
    }
  }

  @Test
  void rejectsWhatIsNoArchiveOrHasOtherEntries() throws IOException {
    Path file = folder.resolve("x.npz");
    Files.writeString(file, "no archive");
    assertThatThrownBy(() -> Npz.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith(file + " is not a readable npz archive");
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("readme.txt"));
      zip.closeEntry();
    }
    assertThatThrownBy(() -> Npz.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessage("readme.txt in " + file + " is not an npy array");
  }

  @Test
  void rejectsDamagedEntries() throws IOException {
    byte[] content = Files.readAllBytes(NpyTest.resource("stored.npz"));
    Path file = folder.resolve("x.npz");
    int one = indexOf(content, new byte[] {0, 0, (byte) 0x80, 0x3f}); // 1.0f
    content[one + 2] ^= 1;
    Files.write(file, content);
    assertThatThrownBy(() -> Npz.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessage("a.npy in " + file + " is damaged: size or checksum differ");
  }

  private static int indexOf(byte[] content, byte[] part) {
    for (int i = 0; ; i++) {
      if (java.util.Arrays.equals(content, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
  }
}
