package dev.gatun.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IdxTest {
  @TempDir Path folder;

  private static byte[] idx(int type, int[] sizes, byte... data) {
    var b = ByteBuffer.allocate(4 + 4 * sizes.length + data.length);
    b.put((byte) 0).put((byte) 0).put((byte) type).put((byte) sizes.length);
    for (int s : sizes) {
      b.putInt(s);
    }
    return b.put(data).array();
  }

  private static byte[] gzip(byte[] data) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var zip = new GZIPOutputStream(out)) {
      zip.write(data);
    }
    return out.toByteArray();
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("x.idx"), bytes);
  }

  private void rejects(byte[] bytes, String why) throws IOException {
    Path path = write(bytes);
    assertThatThrownBy(() -> Idx.read(path))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining(why);
  }

  @Test
  void readsEveryTypePlainAndCompressed() throws Exception {
    int[] two = {2};
    Object[][] cases = {
      {idx(0x08, two, (byte) 1, (byte) 255), DType.UINT8, new double[] {1, 255}},
      {idx(0x09, two, (byte) 1, (byte) 255), DType.INT8, new double[] {1, -1}},
      {
        idx(0x0b, two, ByteBuffer.allocate(4).putShort((short) 258).putShort((short) -3).array()),
        DType.INT16,
        new double[] {258, -3}
      },
      {
        idx(0x0c, two, ByteBuffer.allocate(8).putInt(1 << 20).putInt(-3).array()),
        DType.INT32,
        new double[] {1 << 20, -3}
      },
      {
        idx(0x0d, two, ByteBuffer.allocate(8).putFloat(0.5f).putFloat(-3).array()),
        DType.FLOAT32,
        new double[] {0.5, -3}
      },
      {
        idx(0x0e, two, ByteBuffer.allocate(16).putDouble(0.1).putDouble(-3).array()),
        DType.FLOAT64,
        new double[] {0.1, -3}
      },
    };
    for (Object[] c : cases) {
      byte[] bytes = (byte[]) c[0];
      for (byte[] file : new byte[][] {bytes, gzip(bytes)}) {
        try (Tensor t = Idx.read(write(file))) {
          assertThat(t.dtype()).isEqualTo(c[1]);
          assertThat(t.toDoubleArray()).isEqualTo((double[]) c[2]);
        }
      }
    }
    try (Tensor t = Idx.read(write(idx(8, new int[] {2, 1, 3}, new byte[6])))) {
      assertThat(t.shape()).isEqualTo(Shape.of(2, 1, 3));
    }
    try (Tensor t = Idx.read(write(idx(8, new int[] {0, 28})))) {
      assertThat(t.shape()).isEqualTo(Shape.of(0, 28));
    }
  }

  @Test
  void readsAcrossChunks() throws Exception {
    byte[] data = new byte[3_000_000];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i * 31 % 251);
    }
    try (Tensor t = Idx.read(write(gzip(idx(9, new int[] {data.length}, data))))) {
      byte[] got = new byte[data.length];
      t.copyTo(java.lang.foreign.MemorySegment.ofArray(got));
      assertThat(got).isEqualTo(data);
    }
  }

  @Test
  void rejectsWhatIsNotExactlyOneArray() throws Exception {
    byte[] good = idx(8, new int[] {4}, new byte[4]);
    rejects(new byte[0], "is no IDX file");
    rejects(new byte[] {1, 0, 8, 1, 0, 0, 0, 0}, "is no IDX file");
    rejects(new byte[] {0, 0, 7, 1, 0, 0, 0, 0}, "unknown IDX type 0x7");
    rejects(new byte[] {0, 0, 8, 0}, "has rank 0");
    rejects(new byte[] {0, 0, 8, (byte) 200}, "has rank 200");
    rejects(new byte[] {0, 0, 8, 2, 0, 0, 0, 1}, "truncated in its 2 sizes");
    rejects(Arrays.copyOf(good, 11), "is truncated");
    rejects(Arrays.copyOf(good, 13), "goes on after the 4 bytes");
    rejects(gzip(Arrays.copyOf(good, 11)), "expected 4 bytes of elements, got 3");
    rejects(gzip(Arrays.copyOf(good, 13)), "goes on after the 4 bytes");
    byte[] zipped = gzip(good);
    rejects(Arrays.copyOf(zipped, zipped.length - 9), "truncated");
    byte[] corrupt = zipped.clone();
    corrupt[zipped.length - 6] ^= 1; // in the checksum
    rejects(corrupt, "is not a valid gzip file");
  }

  @Test
  void doesNotAllocateByTheHeadersWord() throws Exception {
    int most = -1; // 2^32 - 1
    rejects(idx(0x0e, new int[] {most, most, most}), "need more bytes than it can hold");
    rejects(idx(8, new int[] {2_000_000_000}), "need more bytes than it can hold");
    rejects(gzip(idx(8, new int[] {2_000_000_000})), "need more bytes than it can hold");
    byte[] padded = gzip(idx(8, new int[] {60_000_000}, new byte[1000]));
    byte[] large = Arrays.copyOf(padded, 100_000); // a limit that the promise keeps within
    rejects(large, "is truncated");
  }
}
