package dev.gatun.gateway.analyze;

import dev.gatun.tensor.FormatException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads Protocol Buffers' wire format from memory, without copies and without trust: each length is
 * checked against the message around it. Google's library reads at most 2 GiB and takes what the
 * JDK is about to remove ({@code sun.misc.Unsafe}).
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">the wire format</a>
 */
final class ProtoReader {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int LENGTH = 2;
  static final int FIXED32 = 5;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment data;
  private long at;
  private int wire;

  ProtoReader(MemorySegment data) {
    this.data = data;
  }

  /** The number of the next field; 0 at the end of the message. */
  int next() {
    if (at == data.byteSize()) {
      return 0;
    }
    long tag = varint();
    int field = (int) (tag >>> 3);
    wire = (int) (tag & 7);
    if (tag < 8 || tag > 0xFFFF_FFFFL) {
      throw broken("a field with the number " + (tag >>> 3));
    }
    return field;
  }

  /** The wire type of the field that {@link #next} found. */
  int wire() {
    return wire;
  }

  private static FormatException broken(String what) {
    return new FormatException("is no ONNX model, or broken: its protocol buffer has " + what);
  }

  private byte raw() {
    if (at >= data.byteSize()) {
      throw broken("a number beyond its end");
    }
    return data.get(ValueLayout.JAVA_BYTE, at++);
  }

  /** A number of the current field. */
  long integer() {
    return switch (wire) {
      case VARINT -> varint();
      case FIXED32 -> fixed32();
      case FIXED64 -> fixed64();
      default -> throw broken("a text where a number belongs");
    };
  }

  private long varint() {
    long out = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte b = raw();
      out |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return out;
      }
    }
    throw broken("a number of more than ten bytes");
  }

  private int fixed32() {
    need(4);
    at += 4;
    return data.get(INT, at - 4);
  }

  private long fixed64() {
    need(8);
    at += 8;
    return data.get(LONG, at - 8);
  }

  private void need(long n) {
    if (n < 0 || n > data.byteSize() - at) {
      throw broken(
          "a length of "
              + Long.toUnsignedString(n)
              + " bytes where "
              + (data.byteSize() - at)
              + " are left");
    }
  }

  /** The bytes of the current field. */
  MemorySegment bytes() {
    if (wire != LENGTH) {
      throw broken("a number where a text or message belongs");
    }
    long n = varint();
    need(n);
    at += n;
    return data.asSlice(at - n, n);
  }

  /** The message of the current field. */
  ProtoReader message() {
    return new ProtoReader(bytes());
  }

  /** The text of the current field; what is beyond a limit is cut off. */
  String text(int most) {
    MemorySegment bytes = bytes();
    byte[] copy = bytes.asSlice(0, Math.min(most, bytes.byteSize())).toArray(ValueLayout.JAVA_BYTE);
    return new String(copy, StandardCharsets.UTF_8);
  }

  /** Passes over the current field. */
  void skip() {
    switch (wire) {
      case VARINT -> varint();
      case FIXED32 -> fixed32();
      case FIXED64 -> fixed64();
      case LENGTH -> bytes();
      default -> throw broken("a field of the unknown wire type " + wire);
    }
  }

  /** The next number of packed ones. */
  long single() {
    return varint();
  }

  /** Takes each number of the current field, packed or single. */
  void integers(java.util.function.LongConsumer taker) {
    if (wire != LENGTH) {
      taker.accept(integer());
      return;
    }
    ProtoReader packed = message();
    while (packed.at < packed.data.byteSize()) {
      taker.accept(packed.varint());
    }
  }
}
