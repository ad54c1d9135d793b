package dev.gatun.nn.text;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Draws tokens by their logits. The same seed draws the same. Used by one thread at a time.
 *
 * <p>Nucleus sampling: Holtzman and others 2020, "The Curious Case of Neural Text Degeneration".
 */
public final class Sampler {
  private final double temperature;
  private final double topP;
  private final SplittableRandom random;

  /**
   * A sampler.
   *
   * @param temperature divides the logits; 0 always takes the most likely token
   * @param topP only the most likely tokens whose probabilities reach this sum are drawn, 0 to 1;
   *     at least one is
   * @param seed of the draws
   */
  public Sampler(double temperature, double topP, long seed) {
    if (!(temperature >= 0) || !(topP >= 0 && topP <= 1)) {
      throw new IllegalArgumentException(
          "A sampler needs a temperature from 0 and a top-p from 0 to 1, got "
              + temperature
              + " and "
              + topP);
    }
    this.temperature = temperature;
    this.topP = topP;
    random = new SplittableRandom(seed);
  }

  /** A token by logits [vocabulary]; of equally likely ones the first, when one must be taken. */
  public int next(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    if (temperature == 0) {
      return best;
    }
    double[] p = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      p[i] = Math.exp((logits[i] - logits[best]) / temperature);
      sum += p[i];
    }
    double floor = floor(p, topP * sum);
    double kept = 0;
    for (double v : p) {
      kept += v >= floor ? v : 0;
    }
    double draw = random.nextDouble() * kept;
    for (int i = 0; i < p.length; i++) {
      draw -= p[i] >= floor ? p[i] : 0;
      if (draw < 0) {
        return i;
      }
    }
    return best; // rounding
  }

  /** The least weight of the most likely tokens that reach a sum. */
  private double floor(double[] p, double enough) {
    if (topP == 1) {
      return 0;
    }
    double[] sorted = p.clone();
    Arrays.sort(sorted);
    double sum = 0;
    for (int i = sorted.length - 1; i > 0; i--) {
      sum += sorted[i];
      if (sum >= enough) {
        return sorted[i];
      }
    }
    return sorted[0];
  }
}
