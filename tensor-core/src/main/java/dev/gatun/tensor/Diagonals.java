package dev.gatun.tensor;

/**
 * Diagonals of matrices that lie in two axes of a tensor. A positive offset is a diagonal above the
 * main one, a negative one below. Stateless.
 */
public final class Diagonals {
  private Diagonals() {}

  /** A matrix with the vector on a diagonal, or the diagonal of a matrix. */
  public static Tensor diag(Tensor x, long offset) {
    return switch (x.rank()) {
      case 1 -> diagEmbed(x, offset, 0, 1);
      case 2 -> diagonal(x, offset, 0, 1);
      default ->
          throw new ShapeException("diag needs a vector or a matrix, got shape " + x.shape());
    };
  }

  /** The diagonals of the matrices in two axes, as a new last axis. */
  public static Tensor diagonal(Tensor x, long offset, int axis0, int axis1) {
    if (x.rank() < 2 || x.shape().axis(axis0) == x.shape().axis(axis1)) {
      throw new ShapeException(
          "diagonal needs two different axes, got " + axis0 + " and " + axis1 + " of " + x.shape());
    }
    Tensor m = x.movedim(new int[] {axis0, axis1}, new int[] {-2, -1});
    long rows = m.size(-2);
    long columns = m.size(-1);
    long row = Math.max(0, -offset);
    long column = Math.max(0, offset);
    long n = Math.max(0, Math.min(rows - row, columns - column));
    Tensor flat = m.flatten(-2, -1);
    long start = row * columns + column;
    return n == 0
        ? flat.narrow(-1, 0, 0)
        : flat.slice(-1, start, start + (n - 1) * (columns + 1) + 1, columns + 1);
  }

  /** The main diagonal of the matrices in the first two axes. */
  public static Tensor diagonal(Tensor x) {
    return diagonal(x, 0, 0, 1);
  }

  /** Square matrices, in two axes of the result, with the last axis of x on a diagonal. */
  public static Tensor diagEmbed(Tensor x, long offset, int axis0, int axis1) {
    if (x.rank() == 0) {
      throw new ShapeException("diagEmbed needs rank 1 or more, got shape " + x.shape());
    }
    // Rows of n + 1 elements that begin with one of x, read as rows of n, have x on the diagonal.
    long k = x.size(-1);
    long n = k + Math.abs(offset);
    Tensor rows = padLast(x.unsqueeze(-1), 0, n);
    long start = offset >= 0 ? offset : -offset * n;
    Tensor flat = padLast(rows.flatten(-2, -1), start, n * n - start - k * (n + 1));
    Tensor square = flat.unflatten(-1, n, n);
    return square.movedim(new int[] {-2, -1}, new int[] {axis0, axis1});
  }

  /** Square matrices with the last axis of x on the main diagonal. */
  public static Tensor diagEmbed(Tensor x) {
    return diagEmbed(x, 0, -2, -1);
  }

  /** The sum of the main diagonal of a matrix. */
  public static Tensor trace(Tensor x) {
    if (x.rank() != 2) {
      throw new ShapeException("trace needs a matrix, got shape " + x.shape());
    }
    return diagonal(x).sum();
  }

  /** The int64 [2, n] rows and columns of a matrix's elements on and below a diagonal. */
  public static Tensor trilIndices(long rows, long columns, long offset) {
    return Tensor.ones(Shape.of(rows, columns)).tril(offset).nonZero().t();
  }

  /** The int64 [2, n] rows and columns of a matrix's elements on and above a diagonal. */
  public static Tensor triuIndices(long rows, long columns, long offset) {
    return Tensor.ones(Shape.of(rows, columns)).triu(offset).nonZero().t();
  }

  private static Tensor padLast(Tensor x, long low, long high) {
    long[] before = new long[x.rank()];
    long[] after = new long[x.rank()];
    before[x.rank() - 1] = low;
    after[x.rank() - 1] = high;
    return x.pad(before, after, 0);
  }
}
