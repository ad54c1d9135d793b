package dev.gatun.nn.layer;

import dev.gatun.autograd.NoGrad;
import dev.gatun.nn.Buffer;
import dev.gatun.nn.Init;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Members;
import dev.gatun.nn.Modal;
import dev.gatun.nn.Parameter;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.Norms;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Batch normalisation (Ioffe and Szegedy 2015). In training it normalises each channel by the
 * statistics of the batch, and follows them in running statistics, by which it normalises in
 * evaluation.
 */
public abstract sealed class BatchNorm implements Layer, Modal
    permits BatchNorm1d, BatchNorm2d, BatchNorm3d {
  private final String expected;
  private final int[] ranks;
  private final double epsilon;
  private final OptionalDouble momentum;
  private final @Nullable Parameter weight;
  private final @Nullable Parameter bias;
  private final @Nullable Running running;
  private boolean training = true;

  private record Running(Buffer mean, Buffer variance, Buffer batches) {}

  BatchNorm(Builder<?> options, String expected, int... ranks) {
    this.expected = expected;
    this.ranks = ranks;
    epsilon = options.epsilon;
    momentum = options.momentum;
    Shape channels = Shape.of(options.channels);
    weight = options.affine ? Parameter.of(channels, Init.ones()) : null;
    bias = options.affine ? Parameter.of(channels, Init.zeros()) : null;
    running =
        options.trackRunningStats
            ? new Running(
                Buffer.of(channels, DType.FLOAT32, 0),
                Buffer.of(channels, DType.FLOAT32, 1),
                Buffer.of(Shape.scalar(), DType.INT64, 0L))
            : null;
  }

  /**
   * Options of a batch normalisation.
   *
   * @param <L> the layer built
   */
  public static final class Builder<L extends BatchNorm> {
    private final int channels;
    private final Function<Builder<L>, L> make;
    private double epsilon = 1e-5;
    private OptionalDouble momentum = OptionalDouble.of(0.1);
    private boolean affine = true;
    private boolean trackRunningStats = true;

    Builder(int channels, Function<Builder<L>, L> make) {
      this.channels = channels;
      this.make = make;
    }

    /** Added to the variance; 1e-5 by default. */
    public Builder<L> epsilon(double value) {
      epsilon = value;
      return this;
    }

    /** How much of a new batch the running statistics take; 0.1 by default. */
    public Builder<L> momentum(double value) {
      momentum = OptionalDouble.of(value);
      return this;
    }

    /** Running statistics are the plain averages over all batches. */
    public Builder<L> cumulative() {
      momentum = OptionalDouble.empty();
      return this;
    }

    /** Whether each channel has a weight and a bias; true by default. */
    public Builder<L> affine(boolean value) {
      affine = value;
      return this;
    }

    /** False to normalise by the batch in evaluation, too. */
    public Builder<L> trackRunningStats(boolean value) {
      trackRunningStats = value;
      return this;
    }

    public L build() {
      return make.apply(this);
    }
  }

  @Override
  public final void members(Members members) {
    members.parameter("weight", weight).parameter("bias", bias);
    if (running != null) {
      members
          .buffer("running_mean", running.mean)
          .buffer("running_var", running.variance)
          .buffer("num_batches_tracked", running.batches);
    }
  }

  @Override
  public final void training(boolean value) {
    training = value;
  }

  @Override
  public final boolean isTraining() {
    return training;
  }

  @Override
  public final Tensor forward(Tensor x) {
    if (Arrays.stream(ranks).noneMatch(r -> r == x.rank())) {
      throw new ShapeException(
          getClass().getSimpleName() + " needs an input " + expected + ", got shape " + x.shape());
    }
    Tensor w = weight == null ? null : weight.tensor();
    Tensor b = bias == null ? null : bias.tensor();
    if (running == null) {
      return Norms.batchNormTraining(x, w, b, epsilon)[0];
    }
    Tensor mean = running.mean.tensor();
    Tensor variance = running.variance.tensor();
    if (!training) {
      return Norms.batchNorm(x, mean, variance, w, b, epsilon);
    }
    try (Scope scope = Scope.open()) {
      double share = count(running.batches);
      var out = Norms.batchNormTraining(x, mean, variance, w, b, share, epsilon);
      mean.assign(out.runningMean());
      variance.assign(out.runningVar());
      return scope.keep(out.y());
    }
  }

  /** Counts a batch; returns its share in the running statistics. */
  private double count(Buffer batches) {
    try (NoGrad _ = NoGrad.enter()) {
      batches.assign(batches.tensor().add(1));
    }
    return momentum.isPresent() ? momentum.getAsDouble() : 1.0 / batches.tensor().itemLong();
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + "(epsilon=" + epsilon + ", momentum=" + momentum + ")";
  }
}
