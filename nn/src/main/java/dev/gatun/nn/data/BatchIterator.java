package dev.gatun.nn.data;

import dev.gatun.nn.data.DataLoader.BatchPlan;
import dev.gatun.tensor.Scope;
import java.lang.ref.Cleaner;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One pass of a {@link DataLoader}. Taking a batch closes the one before. Not thread-safe. */
public final class BatchIterator implements Iterator<Batch>, AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  private final Supplier<Batch> source;
  private final long batches;
  private final Cleaner.Cleanable stop;
  private long taken;
  private @Nullable Batch current;
  private boolean closed;

  private BatchIterator(Supplier<Batch> source, long batches, Runnable stop) {
    this.source = source;
    this.batches = batches;
    this.stop = CLEANER.register(this, stop);
  }

  static BatchIterator direct(Dataset data, BatchPlan plan) {
    var next = new AtomicLong();
    return new BatchIterator(
        () -> Scope.outside(() -> data.get(plan.indices(next.getAndIncrement()))),
        plan.batches(),
        () -> {});
  }

  static BatchIterator prefetching(Dataset data, BatchPlan plan, int capacity) {
    Prefetcher prefetcher = Prefetcher.start(data, plan, capacity);
    return new BatchIterator(prefetcher::take, plan.batches(), prefetcher::stop);
  }

  @Override
  public boolean hasNext() {
    if (taken < batches && !closed) {
      return true;
    }
    close();
    return false;
  }

  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException("The pass is over");
    }
    closeCurrent();
    taken++;
    try {
      Batch batch = source.get();
      current = batch;
      return batch;
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  private void closeCurrent() {
    if (current != null) {
      current.close();
      current = null;
    }
  }

  /** Ends the pass: frees the batch in use and those made ahead, stops the thread. Idempotent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      closeCurrent();
      stop.clean();
    }
  }
}
