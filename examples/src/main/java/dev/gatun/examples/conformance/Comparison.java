package dev.gatun.examples.conformance;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Judges a computed array by the rules of the suites' own checker: integers and bool exactly;
 * floats by {@code |got - want| <= absolute + relative * |want|}, where NaN equals NaN, infinities
 * equal themselves and -0 equals 0; and by cosine similarity where the case asks for that.
 */
final class Comparison {
  private Comparison() {}

  /** Says what is wrong first, or null when all is well. */
  static @Nullable String firstWrong(
      String file, HostArray want, HostArray got, Case.Tolerance tolerance) {
    if (!want.shape().equals(got.shape())) {
      return file + " has shape " + got.shape() + ", expected " + want.shape();
    }
    if (want.isExact() != got.isExact()) {
      return file + " has dtype " + got.dtype() + ", expected " + want.dtype();
    }
    if (want.isExact()) {
      return integers(file, want.integers(), got.integers());
    }
    String wrong = numbers(file, want.numbers(), got.numbers(), tolerance);
    return wrong != null || tolerance.cosine() < 0
        ? wrong
        : cosine(file, want.numbers(), got.numbers(), tolerance.cosine());
  }

  private static @Nullable String integers(String file, long[] want, long[] got) {
    int i = Arrays.mismatch(want, got);
    return i < 0 ? null : file + "[" + i + "] is " + got[i] + ", expected " + want[i];
  }

  private static @Nullable String numbers(
      String file, double[] want, double[] got, Case.Tolerance tolerance) {
    for (int i = 0; i < want.length; i++) {
      double x = want[i];
      double y = got[i];
      if (x == y || (Double.isNaN(x) && Double.isNaN(y))) {
        continue;
      }
      double allowed = tolerance.absolute() + tolerance.relative() * Math.abs(x);
      double error = Math.abs(x - y);
      if (Double.isInfinite(x) || !(error <= allowed)) {
        return String.format(
            Locale.ROOT,
            "%s[%d] is %s, expected %s: off by %.3g, allowed %.3g",
            file,
            i,
            y,
            x,
            error,
            allowed);
      }
    }
    return null;
  }

  private static @Nullable String cosine(String file, double[] want, double[] got, double least) {
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < want.length; i++) {
      xy += want[i] * got[i];
      xx += want[i] * want[i];
      yy += got[i] * got[i];
    }
    double similarity = xy / Math.sqrt(xx * yy);
    return similarity >= least
        ? null
        : file + " has cosine similarity " + similarity + ", expected at least " + least;
  }
}
