package dev.gatun.tensor;

import dev.gatun.tensor.op.ScatterKind;

/** Rarer ways to read and replace elements by position or mask. Stateless. */
public final class Indexing {
  private Indexing() {}

  /** A flat index in which negative numbers have become positions from the end. */
  static Tensor fromEnd(Tensor index, long n) {
    return index.lt(0L).where(index.add(n), index);
  }

  static Tensor take(Tensor x, Tensor index) {
    Tensor flat = fromEnd(Tensor.index("take", index), x.numel()).reshape(-1);
    return x.reshape(-1).indexSelect(0, flat).reshape(index.shape());
  }

  /**
   * A copy with elements at row-major positions (negative ones count from the end) replaced by, or
   * with {@code accumulate} increased by, those of a source of the index's shape.
   */
  public static Tensor put(Tensor x, Tensor index, Tensor source, boolean accumulate) {
    Tensor flat = fromEnd(Tensor.index("put", index), x.numel()).reshape(-1);
    ScatterKind kind = accumulate ? ScatterKind.ADD : ScatterKind.SET;
    Tensor values = source.expand(index.shape()).reshape(-1);
    return x.reshape(-1).scatter(0, flat, values, kind).reshape(x.shape());
  }

  /** A copy in which the slices of an axis at a 1-d index are constant. */
  public static Tensor indexFill(Tensor x, int axis, Tensor index, double value) {
    Shape slices = x.shape().with(axis, index.numel());
    return indexCopy(x, axis, index, x.constant(value).expand(slices));
  }

  /** A copy in which the slices of an axis at a 1-d index are those of a source. */
  public static Tensor indexCopy(Tensor x, int axis, Tensor index, Tensor source) {
    int a = x.shape().axis(axis);
    if (index.rank() != 1) {
      throw new ShapeException("indexCopy needs an index of rank 1, got " + index.shape());
    }
    Shape want = x.shape().with(a, index.numel());
    if (!source.shape().equals(want)) {
      throw new ShapeException(
          "indexCopy expects a source of shape " + want + ", got " + source.shape());
    }
    long[] column = new long[x.rank()];
    java.util.Arrays.fill(column, 1);
    column[a] = index.numel();
    return x.scatter(a, index.reshape(Shape.of(column)).expand(want), source, ScatterKind.SET);
  }

  static Tensor maskedSelect(Tensor x, Tensor mask) {
    Shape s = Shape.broadcast(x.shape(), bool("maskedSelect", mask).shape());
    return x.expand(s).reshape(-1).indexSelect(0, positions(mask.expand(s)));
  }

  /**
   * A copy in which the elements where the mask is true are, in row-major order, the first ones of
   * a source; the mask broadcasts.
   */
  public static Tensor maskedScatter(Tensor x, Tensor mask, Tensor source) {
    Tensor at = positions(bool("maskedScatter", mask).expand(x.shape()));
    if (source.numel() < at.numel()) {
      throw new ShapeException(
          "maskedScatter needs "
              + at.numel()
              + " elements for its mask, the source of shape "
              + source.shape()
              + " has "
              + source.numel());
    }
    Tensor values = source.reshape(-1).narrow(0, 0, at.numel());
    return x.reshape(-1).scatter(0, at, values, ScatterKind.SET).reshape(x.shape());
  }

  /** The row-major positions of what is true. */
  private static Tensor positions(Tensor mask) {
    return mask.reshape(-1).nonZero().reshape(-1);
  }

  private static Tensor bool(String op, Tensor mask) {
    if (!mask.dtype().isBool()) {
      throw new DTypeException(op + " needs a bool mask, got dtype " + mask.dtype());
    }
    return mask;
  }

  static Tensor oneHot(Tensor numbers, long classes) {
    Tensor index = Tensor.index("oneHot", numbers).unsqueeze(-1);
    Shape shape = numbers.shape().concat(Shape.of(classes));
    Tensor zeros = Tensor.zeros(shape, DType.INT64, numbers.device());
    return zeros.scatter(-1, index, index.onesLike(), ScatterKind.SET);
  }

  static Tensor scatterReduce(
      Tensor x,
      int axis,
      Tensor index,
      Tensor source,
      ScatterReduction reduction,
      boolean includeSelf) {
    ScatterKind kind =
        switch (reduction) {
          case SUM, MEAN -> ScatterKind.ADD;
          case PROD -> ScatterKind.MUL;
          case AMAX -> ScatterKind.MAX;
          case AMIN -> ScatterKind.MIN;
        };
    Tensor start = x;
    if (!includeSelf) {
      Tensor neutral = x.constant(neutral(reduction, x.dtype())).expand(index.shape());
      start = x.scatter(axis, index, neutral, ScatterKind.SET);
    }
    Tensor y = start.scatter(axis, index, source, kind);
    if (reduction != ScatterReduction.MEAN) {
      return y;
    }
    Tensor ones = x.constant(1L).expand(index.shape());
    Tensor counts = includeSelf ? x.onesLike() : x.zerosLike();
    counts = counts.scatter(axis, index, ones, ScatterKind.ADD).maximum(1L);
    return x.dtype().isFloat() ? y.div(counts) : y.floorDiv(counts);
  }

  /** The number that changes nothing. */
  private static Number neutral(ScatterReduction reduction, DType t) {
    return switch (reduction) {
      case SUM, MEAN -> 0L;
      case PROD -> 1L;
      case AMAX -> t.isFloat() ? (Number) Double.NEGATIVE_INFINITY : (Number) least(t);
      case AMIN -> t.isFloat() ? (Number) Double.POSITIVE_INFINITY : (Number) greatest(t);
    };
  }

  private static long least(DType t) {
    return t == DType.UINT8 || t.isBool() ? 0 : -1L << (8 * t.byteSize() - 1);
  }

  private static long greatest(DType t) {
    return t.isBool() ? 1 : t == DType.UINT8 ? 255 : ~least(t);
  }
}
