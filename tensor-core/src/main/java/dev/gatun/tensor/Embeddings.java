package dev.gatun.tensor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Rows of a table picked by indices. */
public final class Embeddings {
  private Embeddings() {}

  /** How the rows of a bag become one. */
  public enum Mode {
    SUM,
    MEAN,
    MAX
  }

  /** The rows of weight [V, D] at the indices [...]: [..., D]. */
  public static Tensor embedding(Tensor index, Tensor weight) {
    if (weight.rank() != 2) {
      throw new ShapeException("embedding expects a weight [V, D], got shape " + weight.shape());
    }
    Tensor rows = weight.indexSelect(0, index.flatten());
    return rows.reshape(index.shape().concat(Shape.of(weight.size(1))));
  }

  /**
   * As {@link #embedding(Tensor, Tensor)}, but row {@code paddingIndex} gets no gradient.
   *
   * @param paddingIndex a row; negative ones count from the end
   */
  public static Tensor embedding(Tensor index, Tensor weight, long paddingIndex) {
    Tensor rows = embedding(index, weight);
    long padding = paddingIndex < 0 ? paddingIndex + weight.size(0) : paddingIndex;
    if (padding < 0 || padding >= weight.size(0)) {
      throw new ShapeException(
          "embedding with a weight of shape "
              + weight.shape()
              + " has no row "
              + paddingIndex
              + " for padding");
    }
    return index.eq(padding).unsqueeze(-1).where(rows.detach(), rows);
  }

  /**
   * The rows of weight [V, D] at the indices, reduced within each bag: [bags, D]. An empty bag
   * gives zeros.
   *
   * @param index [n], or [bags, n] for bags of one size
   * @param offsets where the bags start in a 1-d index, ascending from 0; null for a 2-d one
   * @param perSample what each row is multiplied by, of the index's shape; null, or for SUM only
   * @throws ShapeException when the shapes do not fit
   */
  public static Tensor embeddingBag(
      Tensor index,
      @Nullable Tensor offsets,
      Tensor weight,
      Mode mode,
      @Nullable Tensor perSample) {
    long[] starts = starts(index, offsets);
    if (perSample != null && (mode != Mode.SUM || !perSample.shape().equals(index.shape()))) {
      throw new ShapeException(
          "embeddingBag expects weights per sample of the index's shape and mode SUM, got shape "
              + perSample.shape()
              + ", mode "
              + mode);
    }
    Tensor flat = index.flatten();
    int bags = starts.length - 1;
    if (mode == Mode.MAX) {
      return greatest(flat, starts, weight);
    }
    long[] bagOf = new long[Math.toIntExact(flat.numel())];
    double[] share = new double[bags];
    for (int b = 0; b < bags; b++) {
      Arrays.fill(bagOf, (int) starts[b], (int) starts[b + 1], b);
      share[b] = 1.0 / Math.max(1, starts[b + 1] - starts[b]);
    }
    Tensor rows = embedding(flat, weight);
    if (perSample != null) {
      rows = rows.mul(perSample.flatten().unsqueeze(1));
    }
    Tensor sums =
        Tensor.zeros(Shape.of(bags, weight.size(1)), rows.dtype(), rows.device())
            .indexAdd(0, Constants.index(index, bagOf), rows);
    return mode == Mode.SUM ? sums : sums.mul(Constants.values(sums, share, bags, 1));
  }

  /** The bags' bounds, one more than there are bags. */
  private static long[] starts(Tensor index, @Nullable Tensor offsets) {
    long n = index.numel();
    if (offsets == null) {
      if (index.rank() != 2) {
        throw new ShapeException(
            "embeddingBag without offsets expects an index [bags, n], got shape " + index.shape());
      }
      long[] starts = new long[Math.toIntExact(index.size(0)) + 1];
      Arrays.setAll(starts, i -> i * index.size(1));
      return starts;
    }
    if (index.rank() != 1 || offsets.rank() != 1) {
      throw new ShapeException(
          "embeddingBag with offsets expects an index [n] and offsets [bags], got shapes "
              + index.shape()
              + " and "
              + offsets.shape());
    }
    long[] starts = Arrays.copyOf(offsets.toLongArray(), Math.toIntExact(offsets.numel()) + 1);
    starts[starts.length - 1] = n;
    for (int i = 0; i < starts.length - 1; i++) {
      if (starts[i] > starts[i + 1] || starts[0] != 0) {
        throw new ShapeException(
            "embeddingBag expects offsets that ascend from 0 to at most "
                + n
                + ", got "
                + Arrays.toString(offsets.toLongArray()));
      }
    }
    return starts;
  }

  /** Bags filled up to one size with their first row; the first of equals gets the gradient. */
  private static Tensor greatest(Tensor flat, long[] starts, Tensor weight) {
    int bags = starts.length - 1;
    int widest = 1;
    for (int b = 0; b < bags; b++) {
      widest = Math.max(widest, Math.toIntExact(starts[b + 1] - starts[b]));
    }
    long[] place = new long[bags * widest];
    double[] full = new double[bags];
    for (int i = 0; i < place.length; i++) {
      int b = i / widest;
      long at = starts[b] + i % widest;
      place[i] = at < starts[b + 1] ? at : starts[b];
      full[b] = starts[b + 1] > starts[b] ? 1 : 0;
      if (full[b] == 0) {
        place[i] = 0;
      }
    }
    Shape shape = Shape.of(bags, widest, weight.size(1));
    if (flat.numel() == 0) {
      return Tensor.zeros(Shape.of(bags, weight.size(1)), weight.dtype(), weight.device());
    }
    Tensor rows =
        embedding(flat.indexSelect(0, Constants.index(flat, place)), weight).reshape(shape);
    Tensor best = rows.detach().argmax(true, 1);
    Tensor y = rows.gather(1, best).squeeze(1);
    return Constants.values(y, full, bags, 1).ne(0.0).where(y, y.constant(0.0));
  }
}
