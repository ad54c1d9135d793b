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
      String file, NpyArray want, NpyArray got, Case.Tolerance tolerance) {
    if (!Arrays.equals(want.shape(), got.shape())) {
      return file
          + " has shape "
          + Arrays.toString(got.shape())
          + ", expected "
          + Arrays.toString(want.shape());
    }
    if (want.isExact() != got.isExact()) {
      return file + " has element type " + got.descr() + ", expected " + want.descr();
    }
    for (int i = 0; i < want.size(); i++) {
      if (want.isExact()) {
        if (want.integer(i) != got.integer(i)) {
          return file + "[" + i + "] is " + got.integer(i) + ", expected " + want.integer(i);
        }
        continue;
      }
      double x = want.number(i);
      double y = got.number(i);
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
    return cosine(file, want, got, tolerance.cosine());
  }

  private static @Nullable String cosine(String file, NpyArray want, NpyArray got, double least) {
    if (least < 0 || want.isExact()) {
      return null;
    }
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < want.size(); i++) {
      double x = want.number(i);
      double y = got.number(i);
      xy += x * y;
      xx += x * x;
      yy += y * y;
    }
    double similarity = xy / Math.sqrt(xx * yy);
    return similarity >= least
        ? null
        : file + " has cosine similarity " + similarity + ", expected at least " + least;
  }
}
