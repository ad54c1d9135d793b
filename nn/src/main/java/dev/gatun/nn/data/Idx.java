package dev.gatun.nn.data;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads IDX files, the format of MNIST: two zero bytes, a type, a rank, sizes, and the elements,
 * all big-endian; plain or compressed by gzip.
 *
 * @see <a href="http://yann.lecun.com/exdb/mnist/">the format, at the end of the page</a>
 */
public final class Idx {
  /** No gzip stream becomes larger than this many times its size. */
  private static final long GREATEST_GZIP_RATIO = 1032;

  private static final int GZIP_MAGIC_0 = 0x1f;
  private static final int GZIP_MAGIC_1 = 0x8b;
  private static final int CHUNK = 1 << 20;

  private Idx() {}

  /**
   * The tensor of a file, on the default device.
   *
   * @throws FormatException when the file is not exactly one IDX array
   */
  public static Tensor read(Path path) throws IOException {
    return read(Files.newInputStream(path), Files.size(path), path.toString());
  }

  /**
   * The tensor of a stream, such as a resource, on the default device. Closes the stream.
   *
   * @param name what messages call the stream
   * @throws FormatException when the stream is not exactly one IDX array
   */
  public static Tensor read(InputStream in, String name) throws IOException {
    return read(in, Long.MAX_VALUE / GREATEST_GZIP_RATIO, name);
  }

  /** Reads one array, plain or compressed; {@code size} is the most bytes that come. */
  private static Tensor read(InputStream in, long size, String name) throws IOException {
    try (var raw = new BufferedInputStream(in, 1 << 16)) {
      raw.mark(2);
      boolean gzip = raw.read() == GZIP_MAGIC_0 && raw.read() == GZIP_MAGIC_1;
      raw.reset();
      if (!gzip) {
        return readArray(raw, size, name);
      }
      try (var unzipped = new GZIPInputStream(raw, 1 << 16)) {
        return readArray(unzipped, Math.multiplyExact(size, GREATEST_GZIP_RATIO), name);
      }
    } catch (EOFException e) {
      throw new FormatException(name + " is truncated: its gzip stream does not end", e);
    } catch (ZipException e) {
      throw new FormatException(name + " is not a valid gzip file: " + e.getMessage(), e);
    }
  }

  /** Reads one array; {@code limit} is the most bytes that there can be. */
  private static Tensor readArray(InputStream in, long limit, String name) throws IOException {
    byte[] head = in.readNBytes(4);
    if (head.length < 4 || head[0] != 0 || head[1] != 0) {
      throw new FormatException(
          name + " is no IDX file: expected it to begin with two zero bytes, a type and a rank");
    }
    DType dtype = dtype(head[2], name);
    int rank = head[3];
    if (rank < 1) {
      throw new FormatException(name + " has rank " + (rank & 0xff) + ", expected 1 to 127");
    }
    byte[] sizes = in.readNBytes(4 * rank);
    if (sizes.length < 4 * rank) {
      throw new FormatException(name + " is truncated in its " + rank + " sizes");
    }
    long[] dims = new long[rank];
    long bytes = dtype.byteSize();
    for (int i = 0; i < rank; i++) {
      dims[i] = Integer.toUnsignedLong(ByteBuffer.wrap(sizes).getInt(4 * i));
    }
    try {
      for (long d : dims) {
        bytes = Math.multiplyExact(bytes, d);
      }
    } catch (ArithmeticException overflow) {
      bytes = Long.MAX_VALUE;
    }
    if (bytes > limit - 4 - 4L * rank) {
      throw new FormatException(
          name
              + " is truncated or corrupt: its sizes "
              + Arrays.toString(dims)
              + " of "
              + dtype
              + " need more bytes than it can hold");
    }
    if (bytes > Integer.MAX_VALUE - 8) {
      throw new FormatException(
          name + " has " + bytes + " bytes of elements, at most 2^31 - 9 are supported");
    }
    byte[] data = readExactly(in, (int) bytes, name);
    if (in.read() >= 0) {
      throw new FormatException(
          name
              + " goes on after the "
              + bytes
              + " bytes that its sizes "
              + Arrays.toString(dims)
              + " of "
              + dtype
              + " need");
    }
    swap(data, dtype.byteSize());
    return Tensor.fromHost(
        MemorySegment.ofArray(data), dtype, Shape.of(dims), Gatun.defaultDevice());
  }

  private static DType dtype(byte type, String name) {
    return switch (type) {
      case 0x08 -> DType.UINT8;
      case 0x09 -> DType.INT8;
      case 0x0b -> DType.INT16;
      case 0x0c -> DType.INT32;
      case 0x0d -> DType.FLOAT32;
      case 0x0e -> DType.FLOAT64;
      default ->
          throw new FormatException(
              name
                  + " has the unknown IDX type 0x"
                  + Integer.toHexString(type & 0xff)
                  + ", expected 0x8, 0x9, 0xb, 0xc, 0xd or 0xe");
    };
  }

  /** Grows as bytes arrive: a gzip file can promise much more than it has. */
  private static byte[] readExactly(InputStream in, int n, String name) throws IOException {
    byte[] data = new byte[Math.min(n, CHUNK)];
    int have = 0;
    while (have < n) {
      if (have == data.length) {
        data = Arrays.copyOf(data, (int) Math.min(n, 2L * data.length));
      }
      int read = in.read(data, have, data.length - have);
      if (read < 0) {
        throw new FormatException(
            name + " is truncated: expected " + n + " bytes of elements, got " + have);
      }
      have += read;
    }
    return data;
  }

  /** From big-endian to this machine's order. */
  private static void swap(byte[] data, int width) {
    if (java.nio.ByteOrder.nativeOrder() == java.nio.ByteOrder.BIG_ENDIAN) {
      return;
    }
    for (int i = 0; i < data.length; i += width) {
      for (int a = i, b = i + width - 1; a < b; a++, b--) {
        byte t = data[a];
        data[a] = data[b];
        data[b] = t;
      }
    }
  }
}
