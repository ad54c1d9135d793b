package dev.gatun.tensor;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A stream of random numbers: a seed and a counter. Two generators of one seed give the same
 * numbers on every device and number of threads. Thread-safe: each draw takes its own range of the
 * stream.
 */
public final class Generator {
  private static final Generator DEFAULT = new Generator(0x9e3779b97f4a7c15L);

  private final AtomicLong offset = new AtomicLong();
  private volatile long seed;

  public Generator(long seed) {
    this.seed = seed;
  }

  /** The stream that creation methods draw from when given none. */
  public static Generator defaultGenerator() {
    return DEFAULT;
  }

  /** Restarts the stream with a seed. */
  public void seed(long newSeed) {
    seed = newSeed;
    offset.set(0);
  }

  public long seed() {
    return seed;
  }

  /** How many numbers were drawn; with the seed, the whole state. */
  public long offset() {
    return offset.get();
  }

  /** Restores a state read from {@link #seed()} and {@link #offset()}. */
  public void restore(long savedSeed, long savedOffset) {
    seed = savedSeed;
    offset.set(savedOffset);
  }

  /** Takes the next {@code n} numbers of the stream; returns where they start. */
  long take(long n) {
    return offset.getAndAdd((n + 3) / 4 * 4); // whole Philox blocks
  }
}
