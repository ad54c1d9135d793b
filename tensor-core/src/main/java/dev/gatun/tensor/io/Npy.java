package dev.gatun.tensor.io;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;

/**
 * NumPy's npy files. All versions, both byte orders and both element orders can be read; elements
 * must be bool, integers or floats. What Gatun has no type for is widened: uint16 to int32, uint32
 * and uint64 (whose numbers must fit) to int64. Written is version 1, little-endian, row-major.
 */
public final class Npy {
  private static final int CHUNK = 1 << 20;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private Npy() {}

  /**
   * Reads a file to a tensor on the default device.
   *
   * @throws FormatException when it is not an npy file of such elements, or is longer or shorter
   *     than its header says
   */
  public static Tensor read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      return read(channel, Files.size(file), file.toString());
    }
  }

  /** Writes a tensor; the file appears whole or not at all. */
  public static void write(Path file, Tensor tensor) throws IOException {
    byte[] header = NpyHeader.bytes(tensor.dtype(), tensor.shape());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = data(tensor, arena);
      AtomicFile.write(
          file,
          channel -> {
            writeFully(channel, ByteBuffer.wrap(header));
            copy(data, channel);
          });
    }
  }

  /** Reads an array that takes exactly {@code size} bytes. */
  static Tensor read(ReadableByteChannel channel, long size, String name) throws IOException {
    byte[] start = bytes(channel, Math.min(size, NpyHeader.LONGEST_PREFIX), name);
    NpyHeader.Prefix prefix = NpyHeader.prefix(start, name);
    long dataStart = prefix.start() + prefix.length();
    if (dataStart > size) {
      throw new FormatException(
          name + " has an npy header that ends at byte " + dataStart + ", the file at " + size);
    }
    int have = start.length - prefix.start();
    byte[] text = new byte[(int) prefix.length()];
    System.arraycopy(start, prefix.start(), text, 0, Math.min(have, text.length));
    if (text.length > have) {
      byte[] rest = bytes(channel, text.length - have, name);
      System.arraycopy(rest, 0, text, have, rest.length);
    }
    NpyHeader header = NpyHeader.parse(new String(text, StandardCharsets.UTF_8), name);
    int taken = Math.max(0, have - text.length);
    if (header.dataBytes() != size - dataStart) {
      throw new FormatException(
          name
              + " should have "
              + header.dataBytes()
              + " bytes of data for shape "
              + header.shape()
              + ", has "
              + (size - dataStart));
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(header.dataBytes(), 64);
      MemorySegment.copy(MemorySegment.ofArray(start), start.length - taken, data, 0, taken);
      fill(channel, data.asSlice(taken), name);
      return tensor(header, data, name);
    }
  }

  private static Tensor tensor(NpyHeader header, MemorySegment data, String name) {
    if (header.bigEndian() == (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN)) {
      reverseBytes(data, header.itemSize());
    }
    try (Scope scope = Scope.open()) {
      long[] sizes = header.shape().toArray();
      int rank = sizes.length;
      Shape stored =
          header.fortran()
              ? Shape.of(IntStream.range(0, rank).mapToLong(i -> sizes[rank - 1 - i]).toArray())
              : header.shape();
      Tensor x = elements(header, data, stored, name);
      if (header.fortran() && rank > 1) {
        x = x.permute(IntStream.range(0, rank).map(i -> rank - 1 - i).toArray()).contiguous();
      }
      return scope.keep(x);
    }
  }

  private static Tensor elements(NpyHeader header, MemorySegment data, Shape shape, String name) {
    var device = Gatun.defaultDevice();
    return switch ("" + header.kind() + header.itemSize()) {
      case "f2" -> Tensor.fromHost(data, DType.FLOAT16, shape, device);
      case "f4" -> Tensor.fromHost(data, DType.FLOAT32, shape, device);
      case "f8" -> Tensor.fromHost(data, DType.FLOAT64, shape, device);
      case "i1" -> Tensor.fromHost(data, DType.INT8, shape, device);
      case "i2" -> Tensor.fromHost(data, DType.INT16, shape, device);
      case "i4" -> Tensor.fromHost(data, DType.INT32, shape, device);
      case "i8" -> Tensor.fromHost(data, DType.INT64, shape, device);
      case "u1" -> Tensor.fromHost(data, DType.UINT8, shape, device);
      // Any byte but 0 is true.
      case "b1" -> Tensor.fromHost(data, DType.UINT8, shape, device).to(DType.BOOL);
      case "u2" ->
          Tensor.fromHost(data, DType.INT16, shape, device)
              .to(DType.INT32)
              .and(Tensor.full(Shape.scalar(), 0xffffL, DType.INT32, device));
      case "u4" ->
          Tensor.fromHost(data, DType.INT32, shape, device)
              .to(DType.INT64)
              .and(Tensor.full(Shape.scalar(), 0xffffffffL, DType.INT64, device));
      case "u8" -> {
        for (long i = 0; i < data.byteSize(); i += 8) {
          if (data.get(LONG, i) < 0) {
            throw new FormatException(
                name
                    + " has the uint64 number "
                    + Long.toUnsignedString(data.get(LONG, i))
                    + ", which does not fit int64");
          }
        }
        yield Tensor.fromHost(data, DType.INT64, shape, device);
      }
      default -> throw new IllegalStateException("checked in the header");
    };
  }

  private static void reverseBytes(MemorySegment data, int itemSize) {
    for (long i = 0; itemSize > 1 && i < data.byteSize(); i += itemSize) {
      switch (itemSize) {
        case 2 -> data.set(SHORT, i, Short.reverseBytes(data.get(SHORT, i)));
        case 4 -> data.set(INT, i, Integer.reverseBytes(data.get(INT, i)));
        default -> data.set(LONG, i, Long.reverseBytes(data.get(LONG, i)));
      }
    }
  }

  /** The little-endian bytes of a tensor. */
  static MemorySegment data(Tensor tensor, Arena arena) {
    MemorySegment data = arena.allocate(tensor.numel() * tensor.dtype().byteSize(), 64);
    tensor.copyTo(data);
    if (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN) {
      reverseBytes(data, tensor.dtype().byteSize());
    }
    return data;
  }

  static void copy(MemorySegment data, WritableByteChannel channel) throws IOException {
    for (long at = 0; at < data.byteSize(); at += CHUNK) {
      writeFully(channel, chunk(data, at));
    }
  }

  private static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static ByteBuffer chunk(MemorySegment data, long at) {
    return data.asSlice(at, Math.min(CHUNK, data.byteSize() - at)).asByteBuffer();
  }

  private static byte[] bytes(ReadableByteChannel channel, long n, String name) throws IOException {
    byte[] out = new byte[(int) n];
    fill(channel, MemorySegment.ofArray(out), name);
    return out;
  }

  private static void fill(ReadableByteChannel channel, MemorySegment data, String name)
      throws IOException {
    for (long at = 0; at < data.byteSize(); at += CHUNK) {
      ByteBuffer bytes = chunk(data, at);
      while (bytes.hasRemaining()) {
        if (channel.read(bytes) < 0) {
          throw new FormatException(name + " ended before the size it was said to have");
        }
      }
    }
  }

  /** The same as {@link #read(Path)} for bytes in memory. */
  public static Tensor read(byte[] content) {
    try (var channel = Channels.newChannel(new java.io.ByteArrayInputStream(content))) {
      return read(channel, content.length, "The array");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
