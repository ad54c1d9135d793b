package dev.gatun.nn.loss;

/**
 * Options of {@link Losses#ctc}.
 *
 * @param blank the class that stands for no label
 * @param reduction the mean divides each loss by its target's length first
 * @param zeroInfinity whether the loss of a target that is too long for its input is 0, not
 *     infinite
 */
public record CtcOptions(long blank, Reduction reduction, boolean zeroInfinity) {

  /** Class 0 is blank; the mean; infinite losses stay. */
  public static CtcOptions defaults() {
    return new CtcOptions(0, Reduction.MEAN, false);
  }
}
