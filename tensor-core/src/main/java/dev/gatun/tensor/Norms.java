package dev.gatun.tensor;

import dev.gatun.tensor.op.BatchNorm;
import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.LayerNorm;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.Window;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Normalisations. Weights and biases may be null; variances are the population's. */
public final class Norms {
  private Norms() {}

  /**
   * {@code (x - mean) / sqrt(var + eps) * weight + bias} over the last axes (Ba and others 2016).
   *
   * @param normalized the sizes of these axes, and the shape of weight and bias
   * @throws ShapeException when x does not end in these sizes or a parameter has another shape
   */
  public static Tensor layerNorm(
      Tensor x, Shape normalized, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
    trailing("layerNorm", x, normalized, weight, bias);
    Tensor f = Constants.toFloat(x);
    LayerNorm op = new LayerNorm(normalized.rank(), eps);
    if (weight != null && bias != null) {
      return Engine.call(op, f, weight.to(f.dtype()), bias.to(f.dtype()));
    }
    return affine(Engine.call(op, f), weight, bias);
  }

  /**
   * {@code x / sqrt(mean(x^2) + eps) * weight} over the last axes (Zhang and Sennrich 2019).
   *
   * @param normalized the sizes of these axes, and the shape of the weight
   * @throws ShapeException when x does not end in these sizes or the weight has another shape
   */
  public static Tensor rmsNorm(Tensor x, Shape normalized, @Nullable Tensor weight, double eps) {
    trailing("rmsNorm", x, normalized, weight, null);
    Tensor f = Constants.toFloat(x);
    int[] last = IntStream.rangeClosed(1, normalized.rank()).map(i -> -i).toArray();
    Tensor y = f.mul(f.square().mean(true, last).add(eps).rsqrt());
    return affine(y, weight, null);
  }

  private static void trailing(
      String op, Tensor x, Shape normalized, @Nullable Tensor weight, @Nullable Tensor bias) {
    int n = normalized.rank();
    if (n == 0 || x.rank() < n || !x.shape().slice(x.rank() - n, x.rank()).equals(normalized)) {
      throw new ShapeException(
          op
              + " over "
              + normalized
              + " expects an input that ends in these sizes, got shape "
              + x.shape());
    }
    parameter(op, "weight", normalized, weight);
    parameter(op, "bias", normalized, bias);
  }

  private static void parameter(String op, String what, Shape want, @Nullable Tensor parameter) {
    if (parameter != null && !parameter.shape().equals(want)) {
      throw new ShapeException(
          op + " expects a " + what + " of shape " + want + ", got " + parameter.shape());
    }
  }

  private static Tensor affine(Tensor x, @Nullable Tensor weight, @Nullable Tensor bias) {
    Tensor y = weight == null ? x : x.mul(weight);
    return bias == null ? y : y.add(bias);
  }

  /**
   * What a batch normalisation in training gives.
   *
   * @param y the normalised input
   * @param runningMean the new running mean, without gradient
   * @param runningVar the new running variance, without gradient
   */
  public record BatchNormed(Tensor y, Tensor runningMean, Tensor runningVar) {}

  /**
   * Batch normalisation by the statistics of this batch (Ioffe and Szegedy 2015), and the running
   * statistics after it: {@code (1 - momentum) * running + momentum * batch}, for which the
   * variance is unbiased. The given running statistics stay as they are.
   *
   * @param x [N, C, ...]
   * @throws ShapeException when a channel has fewer than 2 values or a shape does not fit
   */
  public static BatchNormed batchNormTraining(
      Tensor x,
      Tensor runningMean,
      Tensor runningVar,
      @Nullable Tensor weight,
      @Nullable Tensor bias,
      double momentum,
      double eps) {
    Tensor[] out = batchNormTraining(x, weight, bias, eps);
    checkChannels("batchNorm", x, runningMean, runningVar);
    double n = (double) x.numel() / x.size(1);
    Tensor mean = out[1].detach().mul(momentum);
    Tensor variance = out[2].detach().mul(momentum * n / (n - 1));
    return new BatchNormed(
        out[0],
        runningMean.detach().mul(1 - momentum).add(mean),
        runningVar.detach().mul(1 - momentum).add(variance));
  }

  /** Batch normalisation by the statistics of this batch: y, mean [C], population variance [C]. */
  public static Tensor[] batchNormTraining(
      Tensor x, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
    checkChannels("batchNorm", x, weight, bias);
    if (x.size(1) > 0 && x.numel() / x.size(1) < 2) {
      throw new ShapeException(
          "batchNorm in training expects at least 2 values for each channel, got shape "
              + x.shape());
    }
    Tensor f = Constants.toFloat(x);
    if (weight != null && bias != null) {
      return Engine.callAll(new BatchNorm(eps), f, weight.to(f.dtype()), bias.to(f.dtype()));
    }
    Tensor[] out = Engine.callAll(new BatchNorm(eps), f);
    out[0] = channelAffine(out[0], weight, bias);
    return out;
  }

  /** Batch normalisation by running statistics [C], as in evaluation, of x [N, C, ...]. */
  public static Tensor batchNorm(
      Tensor x,
      Tensor runningMean,
      Tensor runningVar,
      @Nullable Tensor weight,
      @Nullable Tensor bias,
      double eps) {
    checkChannels("batchNorm", x, runningMean, runningVar, weight, bias);
    Tensor scale = runningVar.add(eps).rsqrt();
    if (weight != null) {
      scale = scale.mul(weight);
    }
    Tensor centred = x.sub(Spatial.channels(runningMean, x.rank()));
    return channelAffine(centred, scale, bias);
  }

  private static void checkChannels(String op, Tensor x, @Nullable Tensor... parameters) {
    if (x.rank() < 2) {
      throw new ShapeException(op + " expects an input [N, C, ...], got shape " + x.shape());
    }
    for (Tensor p : parameters) {
      parameter(op, "parameter or statistic", Shape.of(x.size(1)), p);
    }
  }

  private static Tensor channelAffine(Tensor x, @Nullable Tensor weight, @Nullable Tensor bias) {
    return affine(
        x,
        weight == null ? null : Spatial.channels(weight, x.rank()),
        bias == null ? null : Spatial.channels(bias, x.rank()));
  }

  /**
   * Normalises each sample over groups of channels (Wu and He 2018), then scales each channel.
   *
   * @param x [N, C, ...]
   * @throws ShapeException when the groups do not divide the channels or a shape does not fit
   */
  public static Tensor groupNorm(
      Tensor x, int groups, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
    checkChannels("groupNorm", x, weight, bias);
    if (groups < 1 || x.size(1) % groups != 0) {
      throw new ShapeException(
          "groupNorm of shape "
              + x.shape()
              + " needs a number of groups that divides "
              + x.size(1)
              + ", got "
              + groups);
    }
    if (x.numel() == 0) {
      return channelAffine(Constants.toFloat(x), weight, bias);
    }
    Tensor grouped = Constants.toFloat(x).reshape(x.size(0), groups, -1);
    Tensor y = Engine.call(new LayerNorm(1, eps), grouped).reshape(x.shape());
    return channelAffine(y, weight, bias);
  }

  /**
   * Normalises each channel of each sample of x [N, C, spatial...] (Ulyanov and others 2016).
   *
   * @throws ShapeException when a channel has fewer than 2 values or a shape does not fit
   */
  public static Tensor instanceNorm(
      Tensor x, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
    checkChannels("instanceNorm", x, weight, bias);
    if (x.numel() > 0 && x.shape().slice(2, x.rank()).numel() < 2) {
      throw new ShapeException(
          "instanceNorm expects at least 2 spatial values for each channel, got shape "
              + x.shape());
    }
    return groupNorm(x, Math.toIntExact(x.size(1)), weight, bias, eps);
  }

  /**
   * {@code x / (k + alpha / size * sum of squares over size neighbouring channels) ^ beta} of x [N,
   * C, ...] (Krizhevsky and others 2012).
   */
  public static Tensor localResponseNorm(Tensor x, int size, double alpha, double beta, double k) {
    if (x.rank() < 3) {
      throw new ShapeException(
          "localResponseNorm expects an input [N, C, spatial...], got shape " + x.shape());
    }
    Window neighbours =
        new Window(
            Dims.of(size, 1),
            Dims.of(1, 1),
            Dims.of(size / 2, 0),
            Dims.of((size - 1) / 2, 0),
            Dims.of(1, 1));
    Shape plane = Shape.of(x.size(0), 1, x.size(1), x.shape().slice(2, x.rank()).numel());
    Tensor mean =
        Engine.call(
            new Primitive.AvgPool(neighbours, true, 0, Dims.of(0, 0)), x.square().reshape(plane));
    return x.div(mean.reshape(x.shape()).mul(alpha).add(k).pow(beta));
  }

  /** {@code x / max(p-norm along an axis, eps)}. */
  public static Tensor normalize(Tensor x, double p, int axis, double eps) {
    return x.div(x.norm(p, true, axis).clampMin(eps));
  }
}
