package dev.gatun.nn.optim;

import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Lowers the learning rates when a metric no longer gets better: PyTorch's {@code
 * ReduceLROnPlateau}. Not thread-safe.
 */
public final class Plateau {
  private final Optimizer optimizer;
  private final Options options;
  private double best;
  private int bad;
  private int cooling;

  /**
   * When to lower, and how far.
   *
   * @param maximize whether a greater metric is better
   * @param factor what rates are multiplied with
   * @param patience how many calls without betterment are put up with
   * @param threshold how much better a better one must be
   * @param relative whether the threshold is a share of the best, not a difference
   * @param cooldown how many calls after a change are not judged
   * @param leastRate rates do not fall below it
   * @param epsilon changes of less than this are left out
   */
  public record Options(
      boolean maximize,
      double factor,
      int patience,
      double threshold,
      boolean relative,
      int cooldown,
      double leastRate,
      double epsilon) {
    /** PyTorch's: less is better, factor 0.1, patience 10, threshold 1e-4 relative. */
    public static Options defaults() {
      return new Options(false, 0.1, 10, 1e-4, true, 0, 0, 1e-8);
    }
  }

  public Plateau(Optimizer optimizer, Options options) {
    this.optimizer = optimizer;
    this.options = options;
    best = options.maximize() ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
  }

  /** Judges a metric; call it after each epoch. */
  public void step(double metric) {
    if (isBetter(metric)) {
      best = metric;
      bad = 0;
    } else {
      bad++;
    }
    if (cooling > 0) {
      cooling--;
      bad = 0;
    }
    if (bad > options.patience()) {
      lower(optimizer);
      cooling = options.cooldown();
      bad = 0;
    }
  }

  private boolean isBetter(double metric) {
    double t = options.threshold();
    if (options.maximize()) {
      return metric > (options.relative() ? best * (1 + t) : best + t);
    }
    return metric < (options.relative() ? best * (1 - t) : best - t);
  }

  private void lower(Optimizer o) {
    for (ParameterGroup g : o.groups()) {
      double rate = Math.max(g.learningRate() * options.factor(), options.leastRate());
      if (g.learningRate() - rate > options.epsilon()) {
        g.learningRate(rate);
      }
    }
  }

  /** What {@link #restore} needs, as text, for a checkpoint. */
  public Map<String, String> state() {
    return Map.of(
        "plateau.best", Double.toString(best),
        "plateau.bad", Integer.toString(bad),
        "plateau.cooling", Integer.toString(cooling));
  }

  /** Restores what {@link #state()} gave. */
  public void restore(UnaryOperator<String> state) {
    best = Double.parseDouble(state.apply("plateau.best"));
    bad = Integer.parseInt(state.apply("plateau.bad"));
    cooling = Integer.parseInt(state.apply("plateau.cooling"));
  }
}
