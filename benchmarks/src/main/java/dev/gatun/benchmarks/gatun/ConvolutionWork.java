package dev.gatun.benchmarks.gatun;

import static dev.gatun.benchmarks.gatun.GatunLibrary.normal;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Work;
import dev.gatun.tensor.Convolutions;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;

/** The bench {@code conv}: stride 1, same padding. */
final class ConvolutionWork {
  private ConvolutionWork() {}

  static Work prepare(Case c) {
    int[] s = c.sizes();
    int kernel = c.number('k');
    int outputs = c.number('o');
    Tensor x = normal(1, s[0], s[1], s[2], s[3]);
    Tensor weight = normal(2, outputs, s[1], kernel, kernel);
    if (c.name().endsWith("fwd")) {
      Work work = () -> Convolutions.conv2d(x, weight, null, 1, kernel / 2, 1, 1).close();
      return work.freeing(x, weight);
    }
    x.requiresGrad(true);
    weight.requiresGrad(true);
    return Backward.of(
        Shape.of(s[0], outputs, s[2], s[3]),
        () -> Convolutions.conv2d(x, weight, null, 1, kernel / 2, 1, 1),
        x,
        weight);
  }
}
