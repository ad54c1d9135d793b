package dev.gatun.benchmarks.gateway;

import java.util.Arrays;

/** What became of a lane's requests. Used by one thread. */
final class Measured {
  private long[] latencies = new long[4096];
  private long[] firsts = new long[4096];
  private int count;
  private boolean sorted;
  private double seconds;
  private long errors;
  private long reconnects;
  private String firstError = "";

  /** A right answer: how long it took, and until its first word. */
  void add(long nanos, long firstWord) {
    if (count == latencies.length) {
      latencies = Arrays.copyOf(latencies, 2 * count);
      firsts = Arrays.copyOf(firsts, 2 * count);
    }
    latencies[count] = nanos;
    firsts[count++] = firstWord;
  }

  void error(String what) {
    if (errors++ == 0) {
      firstError = what;
    }
  }

  void reconnected() {
    reconnects++;
  }

  void lasted(double value) {
    seconds = value;
  }

  long answers() {
    return count;
  }

  long errors() {
    return errors;
  }

  String firstError() {
    return firstError;
  }

  /** How often a connection had to be opened again. */
  long reconnects() {
    return reconnects;
  }

  /** Right answers a second. */
  double rate() {
    return count / seconds;
  }

  /** The time within which a share of the answers came, in milliseconds. */
  double latency(double share) {
    return at(latencies, share);
  }

  /** The time within which a share of the answers had their first word, in milliseconds. */
  double first(double share) {
    return at(firsts, share);
  }

  private double at(long[] values, double share) {
    if (!sorted) {
      Arrays.sort(latencies, 0, count);
      Arrays.sort(firsts, 0, count);
      sorted = true;
    }
    return count == 0
        ? Double.NaN
        : values[(int) Math.min(count - 1L, (long) (share * count))] / 1e6;
  }
}
