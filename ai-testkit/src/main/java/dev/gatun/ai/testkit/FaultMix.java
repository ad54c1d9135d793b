package dev.gatun.ai.testkit;

import java.util.ArrayList;
import java.util.List;

/**
 * Scripts drawn at random at given rates. The draw of the n-th request depends on the seed and n
 * alone, so that a run can be repeated. Immutable.
 *
 * <pre>{@code
 * FaultMix.seed(42).with(0.30, Script.fail(Failure.SERVER)).with(0.02, Script.hang())
 * }</pre>
 */
public final class FaultMix {
  private final long seed;
  private final List<Share> shares;
  private final Script otherwise;

  private record Share(double rate, Script script) {}

  private FaultMix(long seed, List<Share> shares, Script otherwise) {
    this.seed = seed;
    this.shares = shares;
    this.otherwise = otherwise;
  }

  /** No fault yet. */
  public static FaultMix seed(long seed) {
    return new FaultMix(seed, List.of(), Script.echo());
  }

  /**
   * Adds a script at a rate.
   *
   * @throws IllegalArgumentException if the rate is negative or the rates add up to more than 1
   */
  public FaultMix with(double rate, Script script) {
    double sum = rate + shares.stream().mapToDouble(Share::rate).sum();
    if (!(rate >= 0) || sum > 1 + 1e-9) {
      throw new IllegalArgumentException(
          "expected rates of zero or more that add up to at most 1, and got "
              + rate
              + " for a sum"
              + " of "
              + sum);
    }
    var more = new ArrayList<>(shares);
    more.add(new Share(rate, script));
    return new FaultMix(seed, List.copyOf(more), otherwise);
  }

  /** The script of all other requests; an echo, unless said. */
  public FaultMix otherwise(Script script) {
    return new FaultMix(seed, shares, script);
  }

  /** The script of request {@code n}, counted from 0. */
  public Script draw(long n) {
    double x = unit(seed, n);
    for (Share share : shares) {
      if (x < share.rate) {
        return share.script;
      }
      x -= share.rate;
    }
    return otherwise;
  }

  /** A number of [0, 1): SplitMix64 (Steele, Lea, Flood 2014) of the seed's n-th state. */
  private static double unit(long seed, long n) {
    long z = seed + (n + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return ((z ^ (z >>> 31)) >>> 11) * 0x1.0p-53;
  }
}
