package dev.gatun.tensor;

/**
 * PyTorch's result types: tensors with axes outrank 0-d tensors, which outrank numbers, and a lower
 * rank counts only if its category (bool, integer, float) is higher.
 */
final class Promotion {
  private Promotion() {}

  static DType common(Tensor a, Tensor b) {
    DType x = a.dtype();
    DType y = b.dtype();
    if (x == y) {
      return x;
    }
    boolean aScalar = a.rank() == 0;
    boolean bScalar = b.rank() == 0;
    if (aScalar == bScalar) {
      return DType.promote(x, y);
    }
    DType strong = aScalar ? y : x;
    DType weak = aScalar ? x : y;
    return weak.kind().compareTo(strong.kind()) > 0 ? weak : strong;
  }

  static DType withScalar(DType dtype, Number value) {
    if (value instanceof Double || value instanceof Float) {
      return dtype.isFloat() ? dtype : DType.FLOAT32;
    }
    return dtype.isBool() ? DType.INT64 : dtype;
  }
}
