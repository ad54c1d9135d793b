package dev.gatun.nn.data;

import java.lang.ref.WeakReference;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Passes over a data set in batches. The settings are immutable, each method that changes one gives
 * another loader that begins at epoch 0; each call of {@link #iterator()} is a new pass, called an
 * epoch.
 *
 * <p>The loader owns the batches: taking the next one closes the one before, and so does the end of
 * the pass; do not keep a batch's tensors for longer (a copy may be kept). A pass that is
 * abandoned, say by {@code break}, ends when the next one begins, when the loader is closed, or
 * when it becomes unreachable.
 *
 * <p>Batches are made on a background thread, up to {@link #prefetch} ahead of their use; an
 * exception there is thrown to the one who takes the batch. The order depends on nothing but the
 * seed and the number of the epoch. A loader is for one thread.
 */
public final class DataLoader implements Iterable<Batch>, AutoCloseable {
  private final Dataset data;
  private final OptionalLong seed;
  private final int batchSize;
  private final boolean dropLast;
  private final int prefetch;
  private final AtomicLong epoch = new AtomicLong();
  private WeakReference<@Nullable BatchIterator> current = new WeakReference<>(null);

  private DataLoader(
      Dataset data, OptionalLong seed, int batchSize, boolean dropLast, int prefetch) {
    this.data = data;
    this.seed = seed;
    this.batchSize = batchSize;
    this.dropLast = dropLast;
    this.prefetch = prefetch;
  }

  /** Batches of one example, in order, two made ahead. */
  public static DataLoader of(Dataset data) {
    return new DataLoader(data, OptionalLong.empty(), 1, false, 2);
  }

  /** With examples in a random order, another one in each epoch. */
  public DataLoader shuffle(long newSeed) {
    return new DataLoader(data, OptionalLong.of(newSeed), batchSize, dropLast, prefetch);
  }

  /** With batches of {@code n} examples; the last one may have fewer. */
  public DataLoader batches(int n) {
    if (n < 1) {
      throw new IllegalArgumentException("A batch needs at least one example, got " + n);
    }
    return new DataLoader(data, seed, n, dropLast, prefetch);
  }

  /** Without a last batch that is not full. */
  public DataLoader dropLast() {
    return new DataLoader(data, seed, batchSize, true, prefetch);
  }

  /** With up to {@code n} batches made ahead; 0 makes each when it is taken, without a thread. */
  public DataLoader prefetch(int n) {
    if (n < 0) {
      throw new IllegalArgumentException("Cannot prefetch " + n + " batches");
    }
    return new DataLoader(data, seed, batchSize, dropLast, n);
  }

  public Dataset data() {
    return data;
  }

  /** The number of batches of a pass. */
  public long size() {
    return dropLast ? data.size() / batchSize : Math.ceilDiv(data.size(), batchSize);
  }

  /** The number of the next pass, from 0. */
  public long epoch() {
    return epoch.get();
  }

  /** Sets the number of the next pass, to resume. */
  public void epoch(long next) {
    epoch.set(next);
  }

  /** Begins the next pass, and ends the one before. */
  @Override
  public BatchIterator iterator() {
    close();
    long number = epoch.getAndIncrement();
    var plan = new BatchPlan(order(number), data.size(), batchSize, size());
    BatchIterator next =
        prefetch == 0
            ? BatchIterator.direct(data, plan)
            : BatchIterator.prefetching(data, plan, prefetch);
    current = new WeakReference<>(next);
    return next;
  }

  /** The order of an epoch; null for that of the data set. */
  private long @Nullable [] order(long number) {
    if (seed.isEmpty()) {
      return null;
    }
    var random = new SplittableRandom(new SplittableRandom(seed.getAsLong()).nextLong() + number);
    long[] order = new long[Math.toIntExact(data.size())];
    for (int i = 0; i < order.length; i++) { // Fisher and Yates, inside out
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** Ends the pass under way, if any: stops its thread and frees its batches. */
  @Override
  public void close() {
    BatchIterator running = current.get();
    if (running != null) {
      running.close();
    }
  }

  @Override
  public String toString() {
    return "DataLoader[" + data.size() + " examples, batches of " + batchSize + "]";
  }

  /**
   * Which examples each batch has.
   *
   * @param order null for the order of the data set
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record BatchPlan(long @Nullable [] order, long examples, int batchSize, long batches) {
    long[] indices(long batch) {
      long from = Objects.checkIndex(batch, batches) * batchSize;
      int n = (int) Math.min(batchSize, examples - from);
      long[] out = new long[n];
      for (int i = 0; i < n; i++) {
        out[i] = order == null ? from + i : order[(int) from + i];
      }
      return out;
    }
  }
}
