package dev.gatun.tensor.conformance;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import java.util.Arrays;
import java.util.Random;

/**
 * How to make the values of one operand of a sample.
 *
 * @param shape its shape
 * @param content what the values are
 * @param low the least value
 * @param high the greatest value (for an index: the size of the indexed axis)
 * @param smoothLow the least value for gradient checks
 * @param smoothHigh the greatest value for gradient checks
 * @param kink gradient checks stay away from multiples of this (infinity: from 0; 0: nothing)
 * @param nonZero whether 0 must not occur
 */
public record Input(
    Shape shape,
    Content content,
    double low,
    double high,
    double smoothLow,
    double smoothHigh,
    double kink,
    boolean nonZero) {

  /** What the values of an operand are. */
  public enum Content {
    /** Numbers of the tested dtype. */
    REAL,
    /** Int64 indices; they may repeat. */
    INDEX,
    /** Int64 indices that differ along the first axis. */
    UNIQUE_INDEX,
    /** Bool. */
    CONDITION,
    /** Symmetric positive definite matrices. */
    POSITIVE_DEFINITE,
    /** Symmetric matrices with well separated eigenvalues. */
    SYMMETRIC,
    /** Well conditioned matrices. */
    INVERTIBLE
  }

  /** How close to a kink gradient checks may come. */
  private static final double DISTANCE = 0.1;

  /** Numbers from a range. */
  public static Input real(Shape shape, double low, double high) {
    return new Input(shape, Content.REAL, low, high, low, high, 0, false);
  }

  /** Numbers from -3 to 3. */
  public static Input real(long... shape) {
    return real(Shape.of(shape), -3, 3);
  }

  /** Indices of an axis of a size. */
  public static Input index(long size, long... shape) {
    return new Input(Shape.of(shape), Content.INDEX, 0, size, 0, size, 0, false);
  }

  /** Indices of an axis of a size that do not repeat along the index's first axis. */
  public static Input uniqueIndex(long size, long... shape) {
    return new Input(Shape.of(shape), Content.UNIQUE_INDEX, 0, size, 0, size, 0, false);
  }

  /** Truth values. */
  public static Input condition(long... shape) {
    return new Input(Shape.of(shape), Content.CONDITION, 0, 1, 0, 1, 0, false);
  }

  /** Square matrices in the last two axes. */
  public static Input matrix(Content content, long... shape) {
    return new Input(Shape.of(shape), content, -1, 1, -1, 1, 0, false);
  }

  /** Another range for gradient checks, inside which the function is smooth. */
  public Input smooth(double from, double to) {
    return new Input(shape, content, low, high, from, to, kink, nonZero);
  }

  /** Gradient checks stay away from the multiples of a number, or from 0 only for infinity. */
  public Input kinks(double step) {
    return new Input(shape, content, low, high, smoothLow, smoothHigh, step, nonZero);
  }

  /** Without zeros, where they are an error (integer divisors). */
  public Input withoutZero() {
    return new Input(shape, content, low, high, smoothLow, smoothHigh, kink, true);
  }

  /** The same values under another shape. */
  public Input withShape(long... other) {
    return new Input(Shape.of(other), content, low, high, smoothLow, smoothHigh, kink, nonZero);
  }

  /** The dtype of this operand when the sample is tested with a dtype. */
  public DType dtype(DType tested) {
    return switch (content) {
      case INDEX, UNIQUE_INDEX -> DType.INT64;
      case CONDITION -> DType.BOOL;
      default -> tested;
    };
  }

  /** Values in row-major order that the tested dtype can hold, with zeros and equal values. */
  public double[] values(Random random, DType tested) {
    double[] v = new double[Math.toIntExact(shape.numel())];
    switch (content) {
      case REAL -> {
        for (int i = 0; i < v.length; i++) {
          do {
            v[i] = fit(low + random.nextDouble() * (high - low), random.nextInt(4) == 0, tested);
          } while (nonZero && v[i] == 0);
        }
      }
      case CONDITION -> Arrays.setAll(v, i -> random.nextInt(2));
      case INDEX, UNIQUE_INDEX -> index(random, v);
      default -> matrices(random, v);
    }
    return v;
  }

  private static double fit(double x, boolean coarse, DType dtype) {
    return switch (dtype) {
      case BOOL -> x > 0 ? 1 : 0;
      case UINT8 -> Math.abs(Math.rint(x));
      case INT8, INT16, INT32, INT64 -> Math.rint(x);
      default -> coarse ? Math.rint(2 * x) / 2 : x;
    };
  }

  private void index(Random random, double[] v) {
    int size = (int) high;
    int lines = shape.rank() == 0 ? 1 : (int) shape.size(0);
    int across = lines == 0 ? 0 : v.length / lines;
    for (int j = 0; j < across; j++) {
      int shift = random.nextInt(size);
      for (int i = 0; i < lines; i++) {
        boolean unique = content == Content.UNIQUE_INDEX;
        v[i * across + j] = unique ? (i + shift) % size : random.nextInt(size);
      }
    }
  }

  private void matrices(Random random, double[] v) {
    int n = (int) shape.size(-1);
    double[] r = new double[n * n];
    for (int m = 0; m < v.length; m += n * n) {
      Arrays.setAll(r, i -> low + random.nextDouble() * (high - low));
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          double x = 0;
          switch (content) {
            case POSITIVE_DEFINITE -> {
              for (int k = 0; k < n; k++) {
                x += r[i * n + k] * r[j * n + k];
              }
              x += i == j ? n : 0;
            }
            case SYMMETRIC ->
                x = (r[i * n + j] + r[j * n + i]) / 4 + (i == j ? 3 * ((i * 2) % n + i / n) : 0);
            default -> x = r[i * n + j] + (i == j ? n + 1 : 0);
          }
          v[m + i * n + j] = x;
        }
      }
    }
  }

  /**
   * Float64 values for gradient checks: numbers all differ, within an operand and between the
   * operands of a sample, and keep away from kinks.
   *
   * @param operand the number of this operand in its sample
   */
  public double[] smoothValues(Random random, int operand) {
    if (content != Content.REAL) {
      return values(random, DType.FLOAT64);
    }
    int n = Math.toIntExact(shape.numel());
    double[] v = new double[n];
    int[] order = new int[n];
    Arrays.setAll(order, i -> i);
    for (int i = n - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int t = order[i];
      order[i] = order[j];
      order[j] = t;
    }
    double step = (smoothHigh - smoothLow) / Math.max(1, n);
    for (int i = 0; i < n; i++) {
      v[i] = awayFromKinks(smoothLow + (order[i] + 0.2 + 0.29 * (operand % 3)) * step);
    }
    return v;
  }

  private double awayFromKinks(double x) {
    if (kink == 0) {
      return x;
    }
    double nearest = Double.isInfinite(kink) ? 0 : Math.rint(x / kink) * kink;
    if (Math.abs(x - nearest) >= DISTANCE) {
      return x;
    }
    return nearest + (x < nearest ? -DISTANCE : DISTANCE) + (x - nearest) * 0.1;
  }
}
