package dev.gatun.nn;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Generator;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import java.util.function.Supplier;

/**
 * Makes the initial values of a parameter. Weights are [out, in, kernel...]: their fan-in is in ·
 * kernel, their fan-out is out · kernel.
 */
@FunctionalInterface
public interface Init {

  /** Fresh values. */
  Tensor make(Shape shape, DType dtype, Device device, Generator generator);

  // ---- The stream of random numbers -----------------------------------------------------------

  /**
   * Runs {@code body} with a random stream of its own for the layers made in it, so that the same
   * seed gives the same values whatever was drawn before.
   */
  static <T> T seeded(long seed, Supplier<T> body) {
    return ScopedValue.where(InitStream.CURRENT, new Generator(seed)).call(body::get);
  }

  /** The stream that layers made now draw from: that of {@link #seeded}, or the default one. */
  static Generator generator() {
    return InitStream.CURRENT.isBound() ? InitStream.CURRENT.get() : Generator.defaultGenerator();
  }

  // ---- Plain distributions --------------------------------------------------------------------

  static Init constant(double value) {
    return (shape, dtype, device, _) -> Tensor.full(shape, value, dtype, device);
  }

  static Init zeros() {
    return constant(0);
  }

  static Init ones() {
    return constant(1);
  }

  /** Uniform in [low, high). */
  static Init uniform(double low, double high) {
    return (shape, dtype, device, generator) ->
        Tensor.rand(shape, dtype, device, generator).mul(high - low).add(low);
  }

  static Init normal(double mean, double deviation) {
    return (shape, dtype, device, generator) ->
        Tensor.randn(shape, dtype, device, generator).mul(deviation).add(mean);
  }

  /**
   * Normal, but only values in [low, high]: made from uniform numbers by the inverse of the
   * distribution function, in float64.
   */
  static Init truncatedNormal(double mean, double deviation, double low, double high) {
    return (shape, dtype, device, generator) -> {
      double from = Fans.normalCdf((low - mean) / deviation);
      double to = Fans.normalCdf((high - mean) / deviation);
      return Tensor.rand(shape, DType.FLOAT64, device, generator)
          .mul(2 * (to - from))
          .add(2 * from - 1)
          .erfinv()
          .mul(deviation * Math.sqrt(2))
          .add(mean)
          .maximum(low)
          .minimum(high)
          .to(dtype);
    };
  }

  // ---- Scaled by the fans ---------------------------------------------------------------------

  /** What follows a layer decides how much its weights must amplify to keep the variance. */
  enum Nonlinearity {
    LINEAR(1),
    SIGMOID(1),
    TANH(5.0 / 3),
    RELU(Math.sqrt(2)),
    SELU(0.75);

    private final double gain;

    Nonlinearity(double gain) {
      this.gain = gain;
    }

    public double gain() {
      return gain;
    }

    /** The gain of a leaky ReLU. */
    public static double leakyRelu(double slope) {
      return Math.sqrt(2 / (1 + slope * slope));
    }
  }

  /** Which number of connections a Kaiming initialiser keeps the variance over. */
  enum Fan {
    /** Keeps the variance of activations in the forward pass. */
    IN,
    /** Keeps the variance of gradients in the backward pass. */
    OUT
  }

  /** Uniform with bound {@code gain * sqrt(3 / fan)} (He et al. 2015). */
  static Init kaimingUniform(Fan fan, double gain) {
    return (shape, dtype, device, generator) -> {
      double bound = gain * Math.sqrt(3 / Fans.of(shape, fan));
      return uniform(-bound, bound).make(shape, dtype, device, generator);
    };
  }

  /** {@link #kaimingUniform(Fan, double)} for the fan-in and a ReLU. */
  static Init kaimingUniform() {
    return kaimingUniform(Fan.IN, Nonlinearity.RELU.gain());
  }

  /** Normal with deviation {@code gain / sqrt(fan)} (He et al. 2015). */
  static Init kaimingNormal(Fan fan, double gain) {
    return (shape, dtype, device, generator) ->
        normal(0, gain / Math.sqrt(Fans.of(shape, fan))).make(shape, dtype, device, generator);
  }

  /** {@link #kaimingNormal(Fan, double)} for the fan-in and a ReLU. */
  static Init kaimingNormal() {
    return kaimingNormal(Fan.IN, Nonlinearity.RELU.gain());
  }

  /** Uniform with bound {@code gain * sqrt(6 / (fanIn + fanOut))} (Glorot and Bengio 2010). */
  static Init xavierUniform(double gain) {
    return (shape, dtype, device, generator) -> {
      double bound = gain * Math.sqrt(6 / (Fans.of(shape, Fan.IN) + Fans.of(shape, Fan.OUT)));
      return uniform(-bound, bound).make(shape, dtype, device, generator);
    };
  }

  static Init xavierUniform() {
    return xavierUniform(1);
  }

  /** Normal with deviation {@code gain * sqrt(2 / (fanIn + fanOut))} (Glorot and Bengio 2010). */
  static Init xavierNormal(double gain) {
    return (shape, dtype, device, generator) -> {
      double deviation = gain * Math.sqrt(2 / (Fans.of(shape, Fan.IN) + Fans.of(shape, Fan.OUT)));
      return normal(0, deviation).make(shape, dtype, device, generator);
    };
  }

  static Init xavierNormal() {
    return xavierNormal(1);
  }

  /**
   * Orthonormal rows or columns, whichever are fewer, times {@code gain} (Saxe et al. 2013); axes
   * after the first count as one. By Gram-Schmidt on normal vectors, done twice, in float64.
   *
   * @throws ShapeException for fewer than two axes
   */
  static Init orthogonal(double gain) {
    return (shape, dtype, device, generator) -> {
      if (shape.rank() < 2) {
        throw new ShapeException("orthogonal needs a shape of rank 2 or more, got " + shape);
      }
      int rows = Math.toIntExact(shape.size(0));
      int columns = rows == 0 ? 0 : Math.toIntExact(shape.numel() / rows);
      Tensor random = Tensor.randn(Shape.of(rows, columns), DType.FLOAT64, device, generator);
      double[] q = Fans.orthonormal(random.toDoubleArray(), rows, columns);
      return Tensor.of(q, shape).to(device).mul(gain).to(dtype);
    };
  }
}
