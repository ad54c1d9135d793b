package dev.gatun.nn.format;

import com.squareup.moshi.JsonWriter;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.io.AtomicFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import okio.Buffer;

/**
 * The safetensors format: a JSON header and raw little-endian data.
 *
 * @see <a href="https://huggingface.co/docs/safetensors/index#format">the format</a>
 */
public final class SafeTensors {
  private static final int ALIGNMENT = 64;
  private static final int CHUNK = 1 << 26;

  private SafeTensors() {}

  /**
   * Opens a file, checks it, and reads tensors only when asked.
   *
   * @throws FormatException when it is not a valid safetensors file
   */
  public static SafeTensorsFile open(Path path) throws IOException {
    return SafeTensorsFile.open(path);
  }

  /**
   * All tensors of a file on the default device, in the order of its header; see {@link
   * SafeTensorsFile#tensor}.
   *
   * @throws FormatException when it is not a valid safetensors file
   */
  public static Map<String, Tensor> load(Path path) throws IOException {
    SafeTensorsFile file = open(path);
    var out = new LinkedHashMap<String, Tensor>();
    for (String name : file.names()) {
      out.put(name, file.tensor(name, Gatun.defaultDevice()));
    }
    return out;
  }

  /** {@link #save(Map, Map, Path)} without metadata. */
  public static void save(Map<String, Tensor> tensors, Path path) throws IOException {
    save(tensors, Map.of(), path);
  }

  /**
   * Writes a file whole or not at all ({@link AtomicFile}). The header names the tensors in the
   * map's order; their data begin at multiples of 64 bytes as far as sizes allow, and of their
   * element's size always.
   */
  public static void save(Map<String, Tensor> tensors, Map<String, String> metadata, Path path)
      throws IOException {
    List<Map.Entry<String, Tensor>> order = new ArrayList<>(tensors.entrySet());
    order.sort(
        Comparator.<Map.Entry<String, Tensor>>comparingLong(
                e -> bytes(e.getValue()) % ALIGNMENT == 0 ? 0 : 1)
            .thenComparingInt(e -> -e.getValue().dtype().byteSize()));
    var begins = new LinkedHashMap<String, Long>();
    long at = 0;
    for (var e : order) {
      begins.put(e.getKey(), at);
      at += bytes(e.getValue());
    }
    ByteBuffer header = header(tensors, begins, metadata);
    AtomicFile.write(
        path,
        channel -> {
          writeFully(channel, header);
          for (var e : order) {
            write(channel, e.getValue());
          }
        });
  }

  private static long bytes(Tensor t) {
    return t.numel() * t.dtype().byteSize();
  }

  private static ByteBuffer header(
      Map<String, Tensor> tensors, Map<String, Long> begins, Map<String, String> metadata)
      throws IOException {
    var json = new Buffer();
    var out = JsonWriter.of(json);
    out.beginObject();
    if (!metadata.isEmpty()) {
      out.name(Header.METADATA).beginObject();
      for (var e : metadata.entrySet()) {
        out.name(e.getKey()).value(e.getValue());
      }
      out.endObject();
    }
    for (var e : tensors.entrySet()) {
      String name = e.getKey();
      if (name.equals(Header.METADATA)) {
        throw new IllegalArgumentException("A tensor cannot have the name " + name);
      }
      Tensor t = e.getValue();
      long begin = begins.getOrDefault(name, 0L);
      out.name(name).beginObject();
      out.name("dtype").value(Encoding.of(t.dtype()).name());
      out.name("shape").beginArray();
      for (long size : t.shape().toArray()) {
        out.value(size);
      }
      out.endArray();
      out.name("data_offsets").beginArray().value(begin).value(begin + bytes(t)).endArray();
      out.endObject();
    }
    out.endObject();
    while ((8 + json.size()) % ALIGNMENT != 0) {
      json.writeByte(' ');
    }
    byte[] text = json.readByteArray();
    return ByteBuffer.allocate(8 + text.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .flip();
  }

  private static void write(FileChannel channel, Tensor t) throws IOException {
    long size = bytes(t);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment copy = arena.allocate(Math.max(1, size), ALIGNMENT).asSlice(0, size);
      t.copyTo(copy);
      for (long at = 0; at < size; at += CHUNK) {
        writeFully(channel, copy.asSlice(at, Math.min(CHUNK, size - at)).asByteBuffer());
      }
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
