package dev.gatun.examples.conformance;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The expected side of a comparison: an {@code .npy} file read without the library under test.
 *
 * @param descr the element type as NumPy writes it, without the byte order
 * @param shape the sizes
 * @param data the elements, little-endian, in row-major order
 */
record NpyArray(String descr, long[] shape, ByteBuffer data) {
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '[<|]([a-z]\\d)', 'fortran_order': False, 'shape': \\(([\\d, ]*)\\),? *\\}");
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

  static NpyArray read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length < 10 || !Arrays.equals(MAGIC, 0, 6, bytes, 0, 6)) {
      throw new FormatException(file + " is not an .npy file");
    }
    ByteBuffer all = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int start = 10 + all.getChar(8);
    String header =
        new String(bytes, 10, Math.min(start, bytes.length) - 10, StandardCharsets.ISO_8859_1);
    Matcher m = HEADER.matcher(header.strip());
    if (bytes[6] != 1 || !m.matches()) {
      throw new FormatException(file + " has a header that is not understood: " + header.strip());
    }
    long[] shape =
        Arrays.stream(m.group(2).split(","))
            .map(String::strip)
            .filter(s -> !s.isEmpty())
            .mapToLong(Long::parseLong)
            .toArray();
    long want = Arrays.stream(shape).reduce(m.group(1).charAt(1) - '0', Math::multiplyExact);
    if (want != bytes.length - start) {
      throw new FormatException(
          file + " should hold " + want + " bytes of elements, holds " + (bytes.length - start));
    }
    return new NpyArray(
        m.group(1), shape, all.slice(start, (int) want).order(ByteOrder.LITTLE_ENDIAN));
  }

  int size() {
    return data.capacity() / (descr.charAt(1) - '0');
  }

  /** True for integers and bool, which are compared exactly. */
  boolean isExact() {
    return descr.charAt(0) != 'f';
  }

  double number(int i) {
    return switch (descr) {
      case "f8" -> data.getDouble(i * 8);
      case "f4" -> data.getFloat(i * 4);
      case "f2" -> Float.float16ToFloat(data.getShort(i * 2));
      default -> integer(i);
    };
  }

  long integer(int i) {
    return switch (descr) {
      case "i8" -> data.getLong(i * 8);
      case "i4" -> data.getInt(i * 4);
      case "i2" -> data.getShort(i * 2);
      case "i1" -> data.get(i);
      case "u4" -> Integer.toUnsignedLong(data.getInt(i * 4));
      case "u2" -> data.getChar(i * 2);
      case "u1" -> Byte.toUnsignedInt(data.get(i));
      case "b1" -> data.get(i) != 0 ? 1 : 0;
      default -> throw new FormatException("Element type " + descr + " has no integers");
    };
  }

  Tensor toTensor(Device device) {
    return Tensor.fromHost(MemorySegment.ofBuffer(data), dtype(), Shape.of(shape), device);
  }

  private DType dtype() {
    return switch (descr) {
      case "f8" -> DType.FLOAT64;
      case "f4" -> DType.FLOAT32;
      case "f2" -> DType.FLOAT16;
      case "i8" -> DType.INT64;
      case "i4" -> DType.INT32;
      case "i2" -> DType.INT16;
      case "i1" -> DType.INT8;
      case "u1" -> DType.UINT8;
      case "b1" -> DType.BOOL;
      default -> throw new FormatException("Gatun has no dtype for element type " + descr);
    };
  }

  private static String descr(DType dtype) {
    return switch (dtype) {
      case FLOAT64 -> "f8";
      case FLOAT32 -> "f4";
      case FLOAT16 -> "f2";
      case INT64 -> "i8";
      case INT32 -> "i4";
      case INT16 -> "i2";
      case INT8 -> "i1";
      case UINT8 -> "u1";
      case BOOL -> "b1";
      case BFLOAT16 -> "u2"; // as the suites store it: bit patterns
    };
  }

  /** A tensor's elements. */
  static NpyArray of(Tensor t) {
    byte[] bytes = new byte[Math.toIntExact(t.numel() * t.dtype().byteSize())];
    t.copyTo(MemorySegment.ofArray(bytes));
    return new NpyArray(
        descr(t.dtype()),
        t.shape().toArray(),
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
  }

  void write(Path file) throws IOException {
    String sizes =
        Arrays.toString(shape).replace("[", "(").replace("]", shape.length == 1 ? ",)" : ")");
    String order = descr.charAt(1) == '1' ? "|" : "<";
    String header =
        "{'descr': '" + order + descr + "', 'fortran_order': False, 'shape': " + sizes + ", }";
    int length = (header.length() + 11 + 63) / 64 * 64 - 10;
    byte[] out = new byte[10 + length + data.capacity()];
    Arrays.fill(out, 10, 10 + length, (byte) ' ');
    System.arraycopy(MAGIC, 0, out, 0, 8);
    out[8] = (byte) length;
    out[9] = (byte) (length >> 8);
    header.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(header.getBytes(StandardCharsets.ISO_8859_1), 0, out, 10, header.length());
    out[9 + length] = '\n';
    data.duplicate().rewind().get(out, 10 + length, data.capacity());
    Files.write(file, out);
  }
}
