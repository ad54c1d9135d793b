package dev.gatun.nn.format;

import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * The header of a safetensors file, read as strictly as the format is defined: every byte of data
 * belongs to exactly one tensor.
 *
 * @param entries by name, in the order of the header
 * @param metadata free text by free text
 */
record Header(Map<String, Entry> entries, Map<String, String> metadata) {
  static final String METADATA = "__metadata__";

  /**
   * One tensor.
   *
   * @param begin its first byte, counted from the end of the header
   * @param end the byte after its last
   */
  record Entry(Encoding encoding, Shape shape, long begin, long end) {}

  /**
   * Parses and checks a header.
   *
   * @param json the bytes between the length and the data
   * @param dataSize the number of bytes after the header
   */
  static Header parse(byte[] json, long dataSize, Path file) {
    if (json.length == 0 || json[0] != '{') {
      throw new FormatException("The header of " + file + " does not begin with '{'");
    }
    try {
      // Decoded first: a JSON reader would put replacement characters for malformed bytes.
      var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
      var header = read(JsonReader.of(new Buffer().writeUtf8(text)), file);
      checkLayout(header.entries, dataSize, file);
      return header;
    } catch (CharacterCodingException e) {
      throw new FormatException("The header of " + file + " is not valid UTF-8", e);
    } catch (IOException | JsonDataException e) {
      throw new FormatException("The header of " + file + " is malformed: " + e.getMessage(), e);
    }
  }

  private static Header read(JsonReader in, Path file) throws IOException {
    var entries = new LinkedHashMap<String, Entry>();
    Map<String, String> metadata = null;
    in.beginObject();
    while (in.hasNext()) {
      String name = in.nextName();
      if (name.equals(METADATA)) {
        if (metadata != null) {
          throw new FormatException("The header of " + file + " has two " + METADATA);
        }
        metadata = metadata(in, file);
      } else if (entries.put(name, entry(in, "Tensor '" + name + "' of " + file)) != null) {
        throw new FormatException("The header of " + file + " names tensor '" + name + "' twice");
      }
    }
    in.endObject();
    if (in.peek() != JsonReader.Token.END_DOCUMENT) {
      throw new FormatException("The header of " + file + " goes on after its end");
    }
    return new Header(entries, metadata == null ? Map.of() : metadata);
  }

  private static Map<String, String> metadata(JsonReader in, Path file) throws IOException {
    var out = new LinkedHashMap<String, String>();
    in.beginObject();
    while (in.hasNext()) {
      String key = in.nextName();
      if (in.peek() != JsonReader.Token.STRING) {
        throw new FormatException(
            "Metadata '" + key + "' of " + file + " is not a string but " + in.peek());
      }
      out.put(key, in.nextString());
    }
    in.endObject();
    return out;
  }

  private static Entry entry(JsonReader in, String where) throws IOException {
    @Nullable String dtype = null;
    long[] shape = null;
    long[] offsets = null;
    in.beginObject();
    while (in.hasNext()) {
      switch (in.nextName()) {
        case "dtype" -> {
          once(dtype, "dtype", where);
          dtype = in.nextString();
        }
        case "shape" -> {
          once(shape, "shape", where);
          shape = numbers(in, "shape", where);
        }
        case "data_offsets" -> {
          once(offsets, "data_offsets", where);
          offsets = numbers(in, "data_offsets", where);
        }
        default -> in.skipValue();
      }
    }
    in.endObject();
    if (dtype == null || shape == null || offsets == null) {
      throw new FormatException(where + " lacks its dtype, shape or data_offsets");
    }
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw new FormatException(
          where + " needs data_offsets [begin, end], got " + java.util.Arrays.toString(offsets));
    }
    try {
      return new Entry(Encoding.of(dtype, where), Shape.of(shape), offsets[0], offsets[1]);
    } catch (ShapeException e) {
      throw new FormatException(where + ": " + e.getMessage(), e);
    }
  }

  private static void once(@Nullable Object before, String key, String where) {
    if (before != null) {
      throw new FormatException(where + " has two entries '" + key + "'");
    }
  }

  private static long[] numbers(JsonReader in, String key, String where) throws IOException {
    List<Long> out = new ArrayList<>();
    in.beginArray();
    while (in.hasNext()) {
      // nextLong would also take strings and 1.0.
      String text = in.peek() == JsonReader.Token.NUMBER ? in.nextString() : "";
      if (!text.matches("[0-9]{1,19}")) {
        throw new FormatException(where + ": '" + key + "' needs numbers from 0 to 2^63 - 1");
      }
      try {
        out.add(Long.parseLong(text));
      } catch (NumberFormatException e) {
        throw new FormatException(where + ": '" + key + "' has a number above 2^63 - 1", e);
      }
    }
    in.endArray();
    return out.stream().mapToLong(Long::longValue).toArray();
  }

  /** Sizes fit dtype and shape, and the tensors fill the data without hole or overlap. */
  private static void checkLayout(Map<String, Entry> entries, long dataSize, Path file) {
    var sorted = new ArrayList<>(entries.entrySet());
    sorted.sort(
        Comparator.<Map.Entry<String, Entry>>comparingLong(e -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().end()));
    long at = 0;
    for (var named : sorted) {
      Entry e = named.getValue();
      String where = "Tensor '" + named.getKey() + "' of " + file;
      if (e.end() > dataSize) {
        throw new FormatException(
            where
                + " ends at byte "
                + e.end()
                + " of the data, which has "
                + dataSize
                + ": the file is truncated or its header wrong");
      }
      if (e.begin() != at) {
        throw new FormatException(
            where
                + " begins at byte "
                + e.begin()
                + " of the data, expected "
                + at
                + ": tensors must neither overlap nor leave holes");
      }
      long bits = bits(e, where);
      if (bits % 8 != 0 || bits / 8 != e.end() - e.begin()) {
        throw new FormatException(
            where
                + " of dtype "
                + e.encoding()
                + " and shape "
                + e.shape()
                + " needs "
                + Math.ceilDiv(bits, 8)
                + " bytes, its data_offsets give "
                + (e.end() - e.begin()));
      }
      at = e.end();
    }
    if (at != dataSize) {
      throw new FormatException(
          "The tensors of " + file + " end at byte " + at + " of the data, which has " + dataSize);
    }
  }

  private static long bits(Entry e, String where) {
    try {
      return Math.multiplyExact(e.shape().numel(), (long) e.encoding().bits());
    } catch (ArithmeticException overflow) {
      throw new FormatException(
          where + " has a shape too large for any file: " + e.shape(), overflow);
    }
  }
}
