package dev.gatun.benchmarks.compare;

/** Times work in batches that are long enough for the clock. */
public final class Stopwatch {
  private final Work work;
  private final double leastSeconds;
  private long calls = 1;

  /**
   * Warms the work up.
   *
   * @param warmUpSeconds how long; at least three calls
   * @param leastSeconds how long a batch lasts at least
   */
  public Stopwatch(Work work, double warmUpSeconds, double leastSeconds) {
    this.work = work;
    this.leastSeconds = leastSeconds;
    long start = System.nanoTime();
    long made = 0;
    while (made < 3 || (System.nanoTime() - start) * 1e-9 < warmUpSeconds) {
      long n = calls;
      adapt(time(n));
      made += n;
    }
  }

  /** Runs a batch and returns the seconds of one call. */
  public double batch() {
    while (true) {
      long n = calls;
      double seconds = time(n);
      if (seconds >= leastSeconds) {
        return seconds / n;
      }
      adapt(seconds);
    }
  }

  private double time(long n) {
    long start = System.nanoTime();
    for (long i = 0; i < n; i++) {
      work.run();
    }
    work.complete();
    return (System.nanoTime() - start) * 1e-9;
  }

  /** Aims a tenth above the least time, and grows at most eightfold at a time. */
  private void adapt(double seconds) {
    double wanted = calls * 1.1 * leastSeconds / Math.max(seconds, 1e-9);
    calls = Math.max(1, (long) Math.ceil(Math.min(wanted, 8.0 * calls)));
  }
}
