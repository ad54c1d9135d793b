package dev.gatun.benchmarks.compare;

/** What a value of a case counts. */
public enum Unit {
  /** Billions of floating-point operations a second. */
  GFLOPS("GFLOP/s", true, 1e-9),
  /** Billions of bytes read or written a second. */
  GBYTES("GB/s", true, 1e-9),
  /** Training samples a second. */
  SAMPLES("samples/s", true, 1),
  /** Nanoseconds for one call. */
  NANOS("ns/op", false, 1e9),
  /** Milliseconds for one call. */
  MILLIS("ms", false, 1e3),
  /** Memory of a process. */
  MEBIBYTES("MiB", false, 1);

  private final String label;
  private final boolean higherIsBetter;
  private final double factor;

  Unit(String label, boolean higherIsBetter, double factor) {
    this.label = label;
    this.higherIsBetter = higherIsBetter;
    this.factor = factor;
  }

  /** As it is printed. */
  public String label() {
    return label;
  }

  /** True for rates, false for times and memory. */
  public boolean higherIsBetter() {
    return higherIsBetter;
  }

  /**
   * The value of a case.
   *
   * @param work what one call does: operations, bytes or samples; times ignore it
   * @param seconds what one call took
   */
  public double value(double work, double seconds) {
    return factor * (higherIsBetter ? work / seconds : seconds);
  }
}
