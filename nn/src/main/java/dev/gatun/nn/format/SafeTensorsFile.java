package dev.gatun.nn.format;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.DTypeException;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SequencedSet;

/**
 * An open safetensors file, mapped into memory; its header has been checked as a whole. The mapping
 * lasts as long as this object or a tensor over it is reachable. The file must not be changed in
 * place meanwhile (replacing it by a new one is fine). Thread-safe.
 */
public final class SafeTensorsFile {
  /** More than any real header; the limit of the reference implementation. */
  private static final long LONGEST_HEADER = 100_000_000;

  private final Path path;
  private final Header header;
  private final MemorySegment data;

  private SafeTensorsFile(Path path, Header header, MemorySegment data) {
    this.path = path;
    this.header = header;
    this.data = data;
  }

  /**
   * Maps a file.
   *
   * @throws FormatException when it is not a valid safetensors file, with the reason
   */
  static SafeTensorsFile open(Path path) throws IOException {
    try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < 8) {
        throw new FormatException(
            path + " is no safetensors file: it has " + size + " bytes, expected at least 8");
      }
      var length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      readFully(channel, length, 0, path);
      long n = length.getLong(0);
      if (n < 0 || n > size - 8) {
        throw new FormatException(
            path
                + " is no safetensors file, or truncated: its header should have "
                + Long.toUnsignedString(n)
                + " bytes, but "
                + (size - 8)
                + " follow");
      }
      if (n > LONGEST_HEADER) {
        throw new FormatException(
            "The header of "
                + path
                + " has "
                + n
                + " bytes, at most "
                + LONGEST_HEADER
                + " are allowed");
      }
      var json = ByteBuffer.allocate((int) n);
      readFully(channel, json, 8, path);
      Header header = Header.parse(json.array(), size - 8 - n, path);
      var all = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, Arena.ofAuto());
      return new SafeTensorsFile(path, header, all.asSlice(8 + n));
    }
  }

  private static void readFully(FileChannel channel, ByteBuffer to, long from, Path path)
      throws IOException {
    while (to.hasRemaining()) {
      if (channel.read(to, from + to.position()) < 0) {
        throw new FormatException(path + " became shorter while it was read");
      }
    }
  }

  /** The names of the tensors, in the order of the header. */
  public SequencedSet<String> names() {
    return new java.util.LinkedHashSet<>(header.entries().keySet());
  }

  /** The free text of the header. */
  public Map<String, String> metadata() {
    return Map.copyOf(header.metadata());
  }

  public boolean contains(String name) {
    return header.entries().containsKey(name);
  }

  public Shape shape(String name) {
    return entry(name).shape();
  }

  /** The dtype as the file names it, for example {@code F32}. */
  public String dtype(String name) {
    return entry(name).encoding().name();
  }

  /** {@link #tensor(String, Device)} on the default device. */
  public Tensor tensor(String name) {
    return tensor(name, Gatun.defaultDevice());
  }

  /**
   * A tensor of the file. Where the device and the alignment allow, it reads the file's pages
   * without a copy and cannot be changed in place ({@link Tensor#copy()} can).
   *
   * <p>Dtypes that Gatun lacks are widened without loss: U16 to int32, U32 and U64 to int64, F8 to
   * float32.
   *
   * @throws IllegalArgumentException when the file has no such tensor
   * @throws DTypeException when Gatun has no dtype for it
   * @throws FormatException when a bool is neither 0 nor 1, or a U64 is 2^63 or more
   */
  public Tensor tensor(String name, Device device) {
    Header.Entry e = entry(name);
    DType dtype = e.encoding().dtype();
    if (dtype == null) {
      throw new DTypeException(
          "Tensor '"
              + name
              + "' of "
              + path
              + " has dtype "
              + e.encoding()
              + ", which Gatun does not have");
    }
    MemorySegment bytes = data.asSlice(e.begin(), e.end() - e.begin());
    if (e.encoding() == Encoding.BOOL) {
      checkBooleans(bytes, name);
    }
    return e.encoding().isExact()
        ? Tensor.wrap(bytes, dtype, e.shape(), device)
        : widen(bytes, e, dtype, name, device);
  }

  private Header.Entry entry(String name) {
    Header.Entry e = header.entries().get(name);
    if (e == null) {
      throw new IllegalArgumentException(path + " has no tensor '" + name + "'");
    }
    return e;
  }

  private void checkBooleans(MemorySegment bytes, String name) {
    for (long i = 0; i < bytes.byteSize(); i++) {
      byte b = bytes.get(ValueLayout.JAVA_BYTE, i);
      if (b != 0 && b != 1) {
        throw new FormatException(
            "Tensor '" + name + "' of " + path + " has the bool " + b + ", expected 0 or 1");
      }
    }
  }

  private Tensor widen(
      MemorySegment bytes, Header.Entry e, DType dtype, String name, Device device) {
    long n = e.shape().numel();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment wide = arena.allocate(n * dtype.byteSize(), 64);
      for (long i = 0; i < n; i++) {
        switch (e.encoding()) {
          case U16 ->
              wide.setAtIndex(
                  ValueLayout.JAVA_INT, i, Short.toUnsignedInt(bytes.get(Widening.SHORT, i * 2)));
          case U32 ->
              wide.setAtIndex(
                  ValueLayout.JAVA_LONG, i, Integer.toUnsignedLong(bytes.get(Widening.INT, i * 4)));
          case U64 -> {
            long v = bytes.get(Widening.LONG, i * 8);
            if (v < 0) {
              throw new FormatException(
                  "Tensor '"
                      + name
                      + "' of "
                      + path
                      + " has the U64 "
                      + Long.toUnsignedString(v)
                      + ", which int64 cannot hold");
            }
            wide.setAtIndex(ValueLayout.JAVA_LONG, i, v);
          }
          case F8_E4M3 ->
              wide.setAtIndex(
                  ValueLayout.JAVA_FLOAT, i, Widening.e4m3(bytes.get(ValueLayout.JAVA_BYTE, i)));
          case F8_E5M2 ->
              wide.setAtIndex(
                  ValueLayout.JAVA_FLOAT, i, Widening.e5m2(bytes.get(ValueLayout.JAVA_BYTE, i)));
          default -> throw new IllegalStateException(e.encoding() + " needs no widening");
        }
      }
      return Tensor.fromHost(wide, dtype, e.shape(), device);
    }
  }
}
