package dev.gatun.tensor;

/**
 * The element type of a tensor.
 *
 * <p>{@link #FLOAT16} and {@link #BFLOAT16} are storage types on the CPU: values are widened to
 * float32, computed and rounded back to nearest even. {@link #BOOL} is stored as one byte, 0 or 1.
 */
public enum DType {
  FLOAT32("float32", 4, Kind.FLOAT),
  FLOAT64("float64", 8, Kind.FLOAT),
  FLOAT16("float16", 2, Kind.FLOAT),
  BFLOAT16("bfloat16", 2, Kind.FLOAT),
  INT8("int8", 1, Kind.INTEGER),
  UINT8("uint8", 1, Kind.INTEGER),
  INT16("int16", 2, Kind.INTEGER),
  INT32("int32", 4, Kind.INTEGER),
  INT64("int64", 8, Kind.INTEGER),
  BOOL("bool", 1, Kind.BOOLEAN);

  /** The three categories of type promotion, in rising order. */
  public enum Kind {
    BOOLEAN,
    INTEGER,
    FLOAT
  }

  private final String label;
  private final int byteSize;
  private final Kind kind;

  DType(String label, int byteSize, Kind kind) {
    this.label = label;
    this.byteSize = byteSize;
    this.kind = kind;
  }

  /** The size of one element in bytes. */
  public int byteSize() {
    return byteSize;
  }

  /** The promotion category. */
  public Kind kind() {
    return kind;
  }

  public boolean isFloat() {
    return kind == Kind.FLOAT;
  }

  public boolean isInteger() {
    return kind == Kind.INTEGER;
  }

  public boolean isBool() {
    return this == BOOL;
  }

  /**
   * The type named as PyTorch and NumPy name it, for example {@code float32}.
   *
   * @throws DTypeException when no type has that name
   */
  public static DType of(String name) {
    for (DType t : values()) {
      if (t.label.equals(name)) {
        return t;
      }
    }
    throw new DTypeException(
        "Unknown dtype '" + name + "'; expected one of " + java.util.Arrays.toString(values()));
  }

  /**
   * The smallest type that holds values of both, by PyTorch's promotion lattice: bool &lt; integers
   * &lt; floats; uint8 with a signed integer gives the next wider signed one; float16 with bfloat16
   * gives float32.
   */
  public static DType promote(DType a, DType b) {
    if (a == b) {
      return a;
    }
    if (a.kind != b.kind) {
      return a.kind.compareTo(b.kind) > 0 ? a : b;
    }
    if (a.kind == Kind.FLOAT) {
      if (a.byteSize == b.byteSize) {
        return FLOAT32; // float16 and bfloat16
      }
      return a.byteSize > b.byteSize ? a : b;
    }
    if (a.byteSize == b.byteSize) {
      return INT16; // int8 and uint8
    }
    return a.byteSize > b.byteSize ? a : b;
  }

  /** The name as PyTorch and NumPy write it. */
  @Override
  public String toString() {
    return label;
  }
}
