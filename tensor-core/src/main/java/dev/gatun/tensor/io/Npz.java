package dev.gatun.tensor.io;

import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Tensor;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** NumPy's npz files: zip archives of npy arrays, stored or deflated. */
public final class Npz {
  /** Deflate makes at most 1032 bytes of one. */
  private static final long GREATEST_RATIO = 1032;

  private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0);
  private static final String SUFFIX = ".npy";

  private Npz() {}

  /**
   * Reads all arrays to tensors on the default device, in the file's order.
   *
   * @throws FormatException when the file is no zip archive, an entry is no npy array or is named
   *     twice
   */
  public static Map<String, Tensor> read(Path file) throws IOException {
    Map<String, Tensor> arrays = new LinkedHashMap<>();
    long fileSize = Files.size(file);
    try (ZipFile zip = new ZipFile(file.toFile());
        Scope scope = Scope.open()) {
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        String name = entry.getName();
        String full = name + " in " + file;
        if (!name.endsWith(SUFFIX)) {
          throw new FormatException(full + " is not an npy array");
        }
        long packed = entry.getCompressedSize();
        if (packed < 0 || packed > fileSize || entry.getSize() / GREATEST_RATIO > packed) {
          throw new FormatException(
              full
                  + " claims "
                  + entry.getSize()
                  + " bytes packed in "
                  + packed
                  + ", which is impossible");
        }
        String key = name.substring(0, name.length() - SUFFIX.length());
        if (arrays.put(key, read(zip, entry, full)) != null) {
          throw new FormatException(full + " is there twice");
        }
      }
      return scope.keep(arrays);
    } catch (ZipException e) {
      throw new FormatException(file + " is not a readable npz archive: " + e.getMessage(), e);
    }
  }

  private static Tensor read(ZipFile zip, ZipEntry entry, String name) throws IOException {
    try (var stream = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
      Tensor tensor = Npy.read(Channels.newChannel(stream), entry.getSize(), name);
      if (stream.read() >= 0 || stream.getChecksum().getValue() != entry.getCrc()) {
        throw new FormatException(name + " is damaged: size or checksum differ");
      }
      return tensor;
    } catch (EOFException e) {
      throw new FormatException(name + " is damaged: it ends too early", e);
    }
  }

  /** Writes tensors by name, without compression; the file appears whole or not at all. */
  public static void write(Path file, Map<String, Tensor> arrays) throws IOException {
    write(file, arrays, ZipEntry.STORED);
  }

  /** As {@link #write}, deflated. */
  public static void writeCompressed(Path file, Map<String, Tensor> arrays) throws IOException {
    write(file, arrays, ZipEntry.DEFLATED);
  }

  private static void write(Path file, Map<String, Tensor> arrays, int method) throws IOException {
    AtomicFile.write(
        file,
        target -> {
          ZipOutputStream zip =
              new ZipOutputStream(
                  new BufferedOutputStream(Channels.newOutputStream(target), 1 << 16));
          for (Map.Entry<String, Tensor> array : arrays.entrySet()) {
            add(zip, array.getKey(), array.getValue(), method);
          }
          zip.finish();
          zip.flush();
        });
  }

  private static void add(ZipOutputStream zip, String name, Tensor tensor, int method)
      throws IOException {
    byte[] header = NpyHeader.bytes(tensor.dtype(), tensor.shape());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = Npy.data(tensor, arena);
      ZipEntry entry = new ZipEntry(name + SUFFIX);
      entry.setMethod(method);
      entry.setTimeLocal(EPOCH); // the same tensors give the same file
      if (method == ZipEntry.STORED) {
        CRC32 crc = new CRC32();
        crc.update(header);
        for (long at = 0; at < data.byteSize(); at += 1 << 20) {
          crc.update(data.asSlice(at, Math.min(1 << 20, data.byteSize() - at)).asByteBuffer());
        }
        entry.setCrc(crc.getValue());
        entry.setSize(header.length + data.byteSize());
      }
      zip.putNextEntry(entry);
      zip.write(header);
      Npy.copy(data, Channels.newChannel(zip));
      zip.closeEntry();
    }
  }
}
