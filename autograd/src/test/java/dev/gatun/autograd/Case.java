package dev.gatun.autograd;

import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A function to check against central differences, and where. */
record Case(String name, Function<Tensor[], Tensor> function, int order, List<Tensor> inputs) {

  /** Checked to second order. */
  static Case of(String name, Function<Tensor[], Tensor> function, Tensor... inputs) {
    return new Case(name, function, 2, List.of(inputs));
  }

  static Case map(String name, UnaryOperator<Tensor> function, Tensor input) {
    return new Case(name, in -> function.apply(in[0]), 2, List.of(input));
  }

  /** Checked to first order only: a kink or a sample where the second derivative is not defined. */
  Case first() {
    return new Case(name, function, 1, inputs);
  }

  void check() {
    // The second-order scalar is itself a computed gradient, so differences of it are less exact.
    GradientCheck.of(function)
        .tolerance(1e-5, 1e-5)
        .secondOrder(order == 2)
        .check(inputs.toArray(Tensor[]::new));
  }

  @Override
  public String toString() {
    return name;
  }

  /** Distinct float64 values between the bounds. */
  static Tensor between(double low, double high, long... sizes) {
    Shape shape = Shape.of(sizes);
    int n = Math.toIntExact(shape.numel());
    var random = new SplittableRandom(Arrays.hashCode(sizes) * 31L + Double.hashCode(low));
    double[] v = new double[n];
    for (int i = 0; i < n; i++) { // one in each of n equal parts, so no two are close
      v[i] = low + (high - low) * (i + 0.2 + 0.6 * random.nextDouble()) / n;
    }
    for (int i = n; i > 1; i--) {
      int j = random.nextInt(i);
      double t = v[i - 1];
      v[i - 1] = v[j];
      v[j] = t;
    }
    return Scope.outside(() -> Tensor.of(v, shape));
  }

  static Tensor any(long... sizes) {
    return between(-2, 2, sizes);
  }

  static Tensor positive(long... sizes) {
    return between(0.3, 2.1, sizes);
  }

  static Tensor f64(Shape shape, double... values) {
    return Scope.outside(() -> Tensor.of(values, shape));
  }

  static Tensor index(Shape shape, long... values) {
    return Scope.outside(() -> Tensor.of(values, shape));
  }

  static Tensor mask(Shape shape, boolean... values) {
    return Scope.outside(() -> Tensor.of(values, shape));
  }
}
