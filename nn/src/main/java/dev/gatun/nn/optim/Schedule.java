package dev.gatun.nn.optim;

import java.util.Arrays;

/**
 * The learning rate as a function of the step, in PyTorch's closed forms ({@code
 * torch.optim.lr_scheduler}). A step is whatever the caller counts: an optimizer step or an epoch.
 * {@link Plateau} follows a metric instead.
 */
@FunctionalInterface
public interface Schedule {

  /**
   * The rate of a step.
   *
   * @param base the rate the optimizer was built with
   * @param step from 0
   */
  double rate(double base, long step);

  /** Sets the rates of all groups for a step. */
  default void apply(Optimizer optimizer, long step) {
    for (ParameterGroup g : optimizer.groups()) {
      g.learningRate(rate(g.initialLearningRate(), step));
    }
  }

  /** This schedule for {@code steps} steps, then another one that counts from 0. */
  default Schedule then(long steps, Schedule next) {
    return (base, t) -> t < steps ? rate(base, t) : next.rate(base, t - steps);
  }

  /** The base rate. */
  static Schedule none() {
    return (base, _) -> base;
  }

  /** Times {@code factor} for the first steps. */
  static Schedule constant(double factor, long steps) {
    return (base, t) -> t < steps ? base * factor : base;
  }

  /** The factor goes in a straight line from {@code start} to {@code end}, and stays there. */
  static Schedule linear(double start, double end, long steps) {
    return (base, t) -> base * (start + (end - start) * Math.min(t, steps) / steps);
  }

  /** Times {@code gamma} after each {@code size} steps. */
  static Schedule stepped(long size, double gamma) {
    return (base, t) -> base * Math.pow(gamma, (double) Math.floorDiv(t, size));
  }

  /** Times {@code gamma} at each milestone. */
  static Schedule multiStep(double gamma, long... milestones) {
    long[] at = milestones.clone();
    return (base, t) ->
        base * Math.pow(gamma, (double) Arrays.stream(at).filter(m -> m <= t).count());
  }

  /** Times {@code gamma} after each step. */
  static Schedule exponential(double gamma) {
    return (base, t) -> base * Math.pow(gamma, (double) t);
  }

  /** {@code (1 - t / steps) ^ power}, then 0. */
  static Schedule polynomial(long steps, double power) {
    return (base, t) -> base * Math.pow(1 - (double) Math.min(t, steps) / steps, power);
  }

  /** Half a cosine wave from the base rate to {@code least} in {@code steps} steps. */
  static Schedule cosine(long steps, double least) {
    return (base, t) -> least + (base - least) * (1 + Math.cos(Math.PI * t / steps)) / 2;
  }

  /**
   * Half cosine waves, each beginning at the base rate again (Loshchilov and Hutter 2017).
   *
   * @param first the length of the first wave
   * @param factor how many times longer each next one is
   */
  static Schedule cosineRestarts(long first, int factor, double least) {
    return (base, t) -> {
      long length = first;
      long at = t;
      while (at >= length) {
        at -= length;
        length *= factor;
      }
      return cosine(length, least).rate(base, at);
    };
  }

  /** A linear warm-up from {@code start} times the base rate, then {@link #cosine} down to 0. */
  static Schedule warmupCosine(long warmup, double start, long steps) {
    return linear(start, 1, warmup).then(warmup, cosine(steps, 0));
  }

  /** How the amplitude of {@link #cyclic} changes. */
  enum Cycle {
    /** Not at all. */
    TRIANGULAR,
    /** Halved after each cycle. */
    TRIANGULAR2,
    /** Times gamma after each step. */
    EXP_RANGE
  }

  /** Up from {@code low} to {@code high} and down again (Smith 2017); the base rate is unused. */
  static Schedule cyclic(double low, double high, long up, long down, Cycle mode, double gamma) {
    return (_, t) -> {
      double length = up + down;
      double cycle = Math.floor(1 + t / length);
      double x = 1 + t / length - cycle;
      double rising = up / length;
      double height = (high - low) * (x <= rising ? x / rising : (x - 1) / (rising - 1));
      return low
          + height
              * switch (mode) {
                case TRIANGULAR -> 1;
                case TRIANGULAR2 -> Math.pow(2, 1 - cycle);
                case EXP_RANGE -> Math.pow(gamma, (double) t);
              };
    };
  }

  /** {@link OneCycle} with PyTorch's defaults. */
  static Schedule oneCycle(double high, long steps) {
    return new OneCycle(high, steps, 0.3, true, false, 25, 1e4);
  }

  /**
   * Up to a high rate and down to a very low one (Smith and Topin 2018); the base rate is unused.
   *
   * @param high the greatest rate
   * @param steps in all
   * @param rising the share of the steps that the rate rises in
   * @param cosine whether rates follow half a cosine wave; else a line
   * @param threePhases down to the initial rate first, then to the least; else to the least at once
   * @param divisor the initial rate is {@code high / divisor}
   * @param finalDivisor the least rate is the initial one divided by this
   */
  record OneCycle(
      double high,
      long steps,
      double rising,
      boolean cosine,
      boolean threePhases,
      double divisor,
      double finalDivisor)
      implements Schedule {
    @Override
    public double rate(double base, long step) {
      double initial = high / divisor;
      double least = initial / finalDivisor;
      double top = rising * steps - 1;
      double end = steps - 1.0;
      if (step <= top) {
        return between(initial, high, step / top);
      }
      if (!threePhases) {
        return between(high, least, (step - top) / (end - top));
      }
      double back = 2 * rising * steps - 2;
      return step <= back
          ? between(high, initial, (step - top) / (back - top))
          : between(initial, least, (step - back) / (end - back));
    }

    private double between(double from, double to, double share) {
      double s = Math.min(share, 1);
      return cosine ? to + (from - to) / 2 * (1 + Math.cos(Math.PI * s)) : from + (to - from) * s;
    }
  }
}
