package dev.gatun.tensor;

import dev.gatun.tensor.op.Distribution;
import org.jspecify.annotations.Nullable;

/**
 * Random tensors beyond the rand and randn of {@link Tensor}. All numbers are made of the Philox
 * stream of a {@link Generator}, so a seed gives the same ones on every device and number of
 * threads. Methods without a generator use the default one and the default device. Stateless.
 */
public final class Sampling {
  private static final long WORD = 0xffffffffL;

  private Sampling() {}

  private static Generator generator() {
    return Generator.defaultGenerator();
  }

  /** Float32 numbers uniform in [low, high). */
  public static Tensor uniform(Shape shape, double low, double high) {
    return uniform(shape, low, high, DType.FLOAT32, Gatun.defaultDevice(), generator());
  }

  /** Numbers uniform in [low, high). */
  public static Tensor uniform(
      Shape shape, double low, double high, DType dtype, Device device, Generator generator) {
    if (!(low <= high) || !Double.isFinite(high - low)) {
      throw new ShapeException("uniform needs finite low <= high, got " + low + " and " + high);
    }
    return Tensor.rand(shape, dtype, device, generator).mul(high - low).add(low);
  }

  /** Float32 normal numbers. */
  public static Tensor normal(Shape shape, double mean, double std) {
    return normal(shape, mean, std, DType.FLOAT32, Gatun.defaultDevice(), generator());
  }

  /** Normal numbers. */
  public static Tensor normal(
      Shape shape, double mean, double std, DType dtype, Device device, Generator generator) {
    if (!(std >= 0)) {
      throw new ShapeException("normal needs a standard deviation of at least 0, got " + std);
    }
    return Tensor.randn(shape, dtype, device, generator).mul(std).add(mean);
  }

  /** Exponential numbers of the given rate. */
  public static Tensor exponential(
      Shape shape, double rate, DType dtype, Device device, Generator generator) {
    if (!(rate > 0)) {
      throw new ShapeException("exponential needs a rate above 0, got " + rate);
    }
    return Tensor.rand(shape, dtype, device, generator).neg().log1p().mul(-1 / rate);
  }

  /** Int64 numbers from low to high - 1, each equally likely. */
  public static Tensor randint(long low, long high, Shape shape) {
    return randint(low, high, shape, DType.INT64, Gatun.defaultDevice(), generator());
  }

  /**
   * Numbers from low to high - 1, each equally likely to within (high - low) / 2^64.
   *
   * @throws DTypeException when the dtype does not hold them
   */
  public static Tensor randint(
      long low, long high, Shape shape, DType dtype, Device device, Generator generator) {
    if (low >= high || high - low < 0) {
      throw new ShapeException("randint needs low < high, got " + low + " and " + high);
    }
    if (!holds(dtype, low) || !holds(dtype, high - 1)) {
      throw new DTypeException(
          "randint from " + low + " to " + (high - 1) + " does not fit dtype " + dtype);
    }
    // The upper word of a 128-bit product of the range and 64 random bits (Lemire 2019).
    long range = high - low;
    long rangeHigh = range >>> 32;
    long rangeLow = range & WORD;
    Tensor xHigh = words(shape, device, generator);
    Tensor xLow = words(shape, device, generator);
    Tensor carry = upper(xLow.mul(rangeLow));
    Tensor middle = xHigh.mul(rangeLow).add(carry);
    Tensor value = upper(middle);
    if (rangeHigh != 0) {
      Tensor other = xLow.mul(rangeHigh).add(lower(middle));
      value = value.add(upper(other)).add(xHigh.mul(rangeHigh));
    }
    return value.add(low).to(dtype);
  }

  private static boolean holds(DType t, long v) {
    return switch (t) {
      case INT64 -> true;
      case INT32 -> v == (int) v;
      case INT16 -> v == (short) v;
      case INT8 -> v == (byte) v;
      case UINT8 -> v >= 0 && v <= 255;
      case FLOAT64 -> Math.abs(v) <= 1L << 53;
      case FLOAT32 -> Math.abs(v) <= 1L << 24;
      case FLOAT16 -> Math.abs(v) <= 1L << 11;
      case BFLOAT16 -> Math.abs(v) <= 1L << 8;
      case BOOL -> v == 0 || v == 1;
    };
  }

  /** Int64 numbers from 0 to 2^32 - 1. */
  private static Tensor words(Shape shape, Device device, Generator generator) {
    return lower(
        Tensor.random(Distribution.BITS, shape, DType.INT32, device, generator).to(DType.INT64));
  }

  private static Tensor lower(Tensor x) {
    return x.and(x.constant(WORD));
  }

  private static Tensor upper(Tensor x) {
    return lower(x.shiftRight(32));
  }

  /** The numbers 0 … n - 1 in random order. */
  public static Tensor randperm(long n) {
    return randperm(n, Gatun.defaultDevice(), generator());
  }

  /** The numbers 0 … n - 1 in random order: the order of 64-bit random keys. */
  public static Tensor randperm(long n, Device device, Generator generator) {
    Tensor high = words(Shape.of(n), device, generator).shiftLeft(32);
    Tensor keys = high.or(words(Shape.of(n), device, generator));
    return keys.argsort(0, false);
  }

  /** Ones with the probabilities given, else zeros, of their dtype. */
  public static Tensor bernoulli(Tensor probabilities) {
    return bernoulli(probabilities, generator());
  }

  public static Tensor bernoulli(Tensor probabilities, Generator generator) {
    Tensor p = probabilities.detach().toFloat();
    return Tensor.rand(p.shape(), p.dtype(), p.device(), generator).lt(p).to(p.dtype());
  }

  /** Float32 ones with probability p, else zeros. */
  public static Tensor bernoulli(Shape shape, double p) {
    return bernoulli(shape, p, DType.FLOAT32, Gatun.defaultDevice(), generator());
  }

  /** Ones with probability p, else zeros. */
  public static Tensor bernoulli(
      Shape shape, double p, DType dtype, Device device, Generator generator) {
    if (!(p >= 0 && p <= 1)) {
      throw new ShapeException("bernoulli needs a probability from 0 to 1, got " + p);
    }
    return Tensor.rand(shape, DType.FLOAT32, device, generator).lt(p).to(dtype);
  }

  /** As {@link #multinomial(Tensor, long, boolean, Generator)} with the default generator. */
  public static Tensor multinomial(Tensor weights, long n, boolean replacement) {
    return multinomial(weights, n, replacement, null);
  }

  /**
   * {@code n} int64 positions for each row of weights, which need not add up to 1.
   *
   * @param weights [k] or [rows, k], finite and at least 0, not all 0 in a row
   * @param replacement whether a position may be drawn again
   */
  public static Tensor multinomial(
      Tensor weights, long n, boolean replacement, @Nullable Generator generator) {
    Generator stream = generator == null ? generator() : generator;
    Tensor w = weights.detach().to(DType.FLOAT64);
    check(w, n, replacement);
    Shape draws = replacement ? w.shape().with(-1, n) : w.shape();
    Tensor u = Tensor.rand(draws, DType.FLOAT64, w.device(), stream);
    if (!replacement) {
      // The k smallest of exponential arrival times of these rates (Efraimidis and Spirakis 2006).
      Tensor times = u.neg().log1p().neg().div(w);
      Tensor never = times.constant(Double.POSITIVE_INFINITY);
      return w.gt(0L).where(times, never).topk(n, -1, false).indices();
    }
    Tensor sums = w.cumsum(-1);
    Tensor total = sums.narrow(-1, w.size(-1) - 1, 1);
    Tensor drawn = Sorting.searchSorted(sums, u.mul(total), true);
    // A product rounded up to the total would lie behind the last possible position.
    Tensor last = w.size(-1) == 0 ? drawn : w.gt(0L).to(DType.INT64).cumsum(-1).argmax(true, -1);
    return drawn.minimum(last);
  }

  private static void check(Tensor w, long n, boolean replacement) {
    if (w.rank() < 1 || w.rank() > 2 || w.size(-1) == 0 || n < 0) {
      throw new ShapeException(
          "multinomial needs weights [k] or [rows, k] and a number of at least 0, got "
              + w.shape()
              + " and "
              + n);
    }
    try (Scope _ = Scope.open()) {
      boolean valid = w.ge(0L).and(w.isFinite()).all().itemLong() != 0;
      if (!valid || (w.numel() == 0 && n > 0)) {
        throw new ShapeException("multinomial needs finite weights of at least 0");
      }
      long choices = w.numel() == 0 ? n : w.countNonZero(-1).amin().itemLong();
      long need = replacement ? Math.min(n, 1) : n;
      if (choices < need) {
        throw new ShapeException(
            "multinomial needs " + need + " weights above 0 in each row, got " + choices);
      }
    }
  }
}
