package dev.gatun.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.List;

/** Java's nested arrays and buffers as tensors. Stateless. */
final class HostArrays {
  private HostArrays() {}

  static Tensor tensor(Object[] rows) {
    List<Long> sizes = new ArrayList<>();
    Object level = rows;
    Class<?> type = rows.getClass();
    while (type.isArray()) {
      int n = level == null ? 0 : Array.getLength(level);
      sizes.add((long) n);
      level = n == 0 || type.getComponentType().isPrimitive() ? null : Array.get(level, 0);
      type = type.getComponentType();
    }
    Shape shape = Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
    if (!type.isPrimitive() || type == char.class) {
      throw new DTypeException(
          "A tensor needs arrays of numbers or booleans, got " + type.getTypeName());
    }
    Object flat = Array.newInstance(type, Math.toIntExact(shape.numel()));
    copy(rows, shape, 0, flat, 0);
    return switch (flat) {
      case float[] a -> Tensor.of(a, shape);
      case double[] a -> Tensor.of(a, shape);
      case long[] a -> Tensor.of(a, shape);
      case int[] a -> Tensor.of(a, shape);
      case short[] a -> Tensor.of(a, shape);
      case byte[] a -> Tensor.of(a, shape);
      default -> Tensor.of((boolean[]) flat, shape);
    };
  }

  /** Copies the rows below a level; returns the next free place. */
  private static int copy(Object from, Shape shape, int axis, Object flat, int at) {
    int n = from == null ? -1 : Array.getLength(from);
    if (n != shape.size(axis)) {
      throw new ShapeException(
          "Nested arrays must be rectangular: a row of axis "
              + axis
              + " has length "
              + n
              + ", expected "
              + shape.size(axis));
    }
    if (axis == shape.rank() - 1) {
      System.arraycopy(from, 0, flat, at, n);
      return at + n;
    }
    for (Object row : (Object[]) from) {
      at = copy(row, shape, axis + 1, flat, at);
    }
    return at;
  }

  static Tensor tensor(Buffer values, Shape shape) {
    DType dtype =
        switch (values) {
          case FloatBuffer b -> DType.FLOAT32;
          case DoubleBuffer b -> DType.FLOAT64;
          case LongBuffer b -> DType.INT64;
          case IntBuffer b -> DType.INT32;
          case ShortBuffer b -> DType.INT16;
          case ByteBuffer b -> DType.INT8;
          default ->
              throw new DTypeException(
                  "A tensor needs a buffer of numbers, got " + values.getClass().getSimpleName());
        };
    MemorySegment segment = MemorySegment.ofBuffer(nativeOrder(values));
    return Tensor.fromHost(segment, dtype, shape, Gatun.defaultDevice());
  }

  /** The buffer, or a copy of it in the machine's byte order. */
  private static Buffer nativeOrder(Buffer values) {
    ByteOrder own = ByteOrder.nativeOrder();
    return switch (values) {
      case FloatBuffer b when b.order() != own ->
          FloatBuffer.allocate(b.remaining()).put(b.duplicate()).flip();
      case DoubleBuffer b when b.order() != own ->
          DoubleBuffer.allocate(b.remaining()).put(b.duplicate()).flip();
      case LongBuffer b when b.order() != own ->
          LongBuffer.allocate(b.remaining()).put(b.duplicate()).flip();
      case IntBuffer b when b.order() != own ->
          IntBuffer.allocate(b.remaining()).put(b.duplicate()).flip();
      case ShortBuffer b when b.order() != own ->
          ShortBuffer.allocate(b.remaining()).put(b.duplicate()).flip();
      default -> values;
    };
  }
}
