package dev.gatun.autograd;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.GatunException;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Compares a tape's gradients with central differences, {@code (f(x + h) - f(x - h)) / 2h}, in
 * float64. The result of the function is weighted with fixed random numbers, so every element of it
 * counts.
 *
 * <pre>{@code
 * GradientCheck.of(in -> in[0].matmul(in[1])).secondOrder(true).check(a, b);
 * }</pre>
 *
 * <p>The function must be pure: of equal tensors it gives an equal result. Inputs of float64 are
 * differentiated, others passed as they are. Choose inputs away from kinks. Immutable and
 * thread-safe.
 */
public final class GradientCheck {
  private final Function<Tensor[], Tensor> function;
  private final double step;
  private final double rtol;
  private final double atol;
  private final boolean secondOrder;
  private final int limit;

  private GradientCheck(
      Function<Tensor[], Tensor> function,
      double step,
      double rtol,
      double atol,
      boolean secondOrder,
      int limit) {
    this.function = function;
    this.step = step;
    this.rtol = rtol;
    this.atol = atol;
    this.secondOrder = secondOrder;
    this.limit = limit;
  }

  /** Step 1e-6, relative and absolute tolerance 1e-6, first order. */
  public static GradientCheck of(Function<Tensor[], Tensor> function) {
    return new GradientCheck(function, 1e-6, 1e-6, 1e-6, false, Integer.MAX_VALUE);
  }

  /** With another distance of the differences. */
  public GradientCheck step(double value) {
    return new GradientCheck(function, value, rtol, atol, secondOrder, limit);
  }

  /** With other tolerances: {@code |tape - numeric| <= absolute + relative |numeric|}. */
  public GradientCheck tolerance(double relative, double absolute) {
    return new GradientCheck(function, step, relative, absolute, secondOrder, limit);
  }

  /** Also checks the gradients of the gradients, with respect to inputs and cotangent. */
  public GradientCheck secondOrder(boolean value) {
    return new GradientCheck(function, step, rtol, atol, value, limit);
  }

  /** Checks no more than this many elements of each input, evenly spread; all by default. */
  public GradientCheck atMost(int elements) {
    if (elements < 1) {
      throw new GatunException("A gradient check needs at least 1 element, got " + elements);
    }
    return new GradientCheck(function, step, rtol, atol, secondOrder, elements);
  }

  /**
   * Runs the check.
   *
   * @throws GatunException naming the input element, what the tape gives and what it should be
   */
  public void check(Tensor... inputs) {
    Arg[] args = new Arg[inputs.length];
    for (int i = 0; i < args.length; i++) {
      args[i] = new Arg(inputs[i]);
    }
    if (Arrays.stream(args).noneMatch(a -> a.values != null)) {
      throw new GatunException("A gradient check needs an input of dtype float64");
    }
    try (Scope _ = Scope.open()) {
      compare(args, "gradient", (tape, in) -> weighted(function.apply(in), 1));
      if (secondOrder) {
        compare(args, "second-order gradient", this::gradientSum);
      }
    }
  }

  /** A scalar function that may use the tape which records it. */
  private interface Scalar {
    Tensor apply(Tape tape, Tensor[] in);
  }

  /** The gradients with respect to all inputs, weighted and summed. */
  private Tensor gradientSum(Tape tape, Tensor[] in) {
    Tensor y = function.apply(in);
    List<Tensor> wrt = Arrays.stream(in).filter(Tensor::requiresGrad).toList();
    // A cotangent that depends on the inputs: how the gradient depends on it is checked as well.
    Tensor w = weights(y.shape(), 1);
    Tensor cotangent = w.add(wrt.getFirst().sum().sin().mul(0.1));
    Gradients g = tape.gradients(List.of(y), List.of(cotangent), wrt, true);
    Tensor sum = null;
    for (int i = 0; i < wrt.size(); i++) {
      var found = g.find(wrt.get(i));
      if (found.isPresent()) {
        Tensor term = weighted(found.get(), 2 + i);
        sum = sum == null ? term : sum.add(term);
      }
    }
    if (sum == null) {
      throw new GatunException("The function depends on no input");
    }
    return sum;
  }

  private static Tensor weighted(Tensor y, long seed) {
    return y.to(DType.FLOAT64).mul(weights(y.shape(), seed)).sum();
  }

  private static Tensor weights(Shape shape, long seed) {
    var random = new SplittableRandom(seed);
    double[] w = random.doubles(shape.numel(), 0.5, 1.5).toArray();
    for (int i = 0; i < w.length; i++) {
      w[i] = random.nextBoolean() ? w[i] : -w[i];
    }
    return Tensor.of(w, shape);
  }

  private void compare(Arg[] args, String what, Scalar f) {
    double[][] tape = analytic(args, f);
    for (int i = 0; i < args.length; i++) {
      double[] values = args[i].values;
      if (values == null) {
        continue;
      }
      int n = Math.min(limit, values.length);
      for (int k = 0; k < n; k++) {
        int j = (int) ((long) k * values.length / n);
        double x = values[j];
        values[j] = x + step;
        double high = values[j];
        double up = value(args, f);
        values[j] = x - step;
        double low = values[j];
        double down = value(args, f);
        values[j] = x;
        double numeric = (up - down) / (high - low);
        double error = Math.abs(tape[i][j] - numeric);
        if (!(error <= atol + rtol * Math.abs(numeric))) {
          throw new GatunException(
              "The "
                  + what
                  + " with respect to input "
                  + i
                  + " at "
                  + Arrays.toString(position(args[i].shape, j))
                  + " is "
                  + tape[i][j]
                  + " on the tape, but "
                  + numeric
                  + " by central differences (step "
                  + step
                  + ", relative tolerance "
                  + rtol
                  + ", absolute "
                  + atol
                  + ")");
        }
      }
    }
  }

  private static double[][] analytic(Arg[] args, Scalar f) {
    try (Tape tape = Tape.record()) {
      Tensor[] in = tensors(args);
      Tensor loss = f.apply(tape, in);
      double[][] out = new double[in.length][];
      boolean tracked = loss.requiresGrad();
      Gradients g = tracked ? tape.gradients(loss) : null;
      for (int i = 0; i < in.length; i++) {
        var found = g == null ? Optional.<Tensor>empty() : g.find(in[i]);
        out[i] =
            found.isPresent()
                ? found.get().toDoubleArray()
                : new double[Math.toIntExact(in[i].numel())];
      }
      return out;
    }
  }

  private static double value(Arg[] args, Scalar f) {
    try (Tape tape = Tape.record()) {
      return f.apply(tape, tensors(args)).item();
    }
  }

  private static Tensor[] tensors(Arg[] args) {
    List<Tensor> list = new ArrayList<>();
    for (Arg a : args) {
      list.add(a.values == null ? a.tensor : Tensor.of(a.values, a.shape).requiresGrad(true));
    }
    return list.toArray(Tensor[]::new);
  }

  private static long[] position(Shape shape, long linear) {
    long[] p = new long[shape.rank()];
    long rest = linear;
    for (int i = p.length; i-- > 0; ) {
      p[i] = rest % shape.size(i);
      rest /= shape.size(i);
    }
    return p;
  }

  /** An input: its values where it is differentiated, else the tensor itself. */
  private static final class Arg {
    final Tensor tensor;
    final Shape shape;
    final double @Nullable [] values;

    Arg(Tensor t) {
      tensor = t;
      shape = t.shape();
      values = t.dtype() == DType.FLOAT64 ? t.toDoubleArray() : null;
    }
  }
}
