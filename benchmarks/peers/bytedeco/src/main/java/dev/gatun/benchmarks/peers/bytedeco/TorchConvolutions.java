package dev.gatun.benchmarks.peers.bytedeco;

import static dev.gatun.benchmarks.peers.bytedeco.Libtorch.normal;
import static dev.gatun.benchmarks.peers.bytedeco.Libtorch.withoutGradients;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Work;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The bench {@code conv}: stride 1, same padding, no bias. */
final class TorchConvolutions {
  private TorchConvolutions() {}

  static Work prepare(Case c) {
    int[] s = c.sizes();
    int kernel = c.number('k');
    Tensor x = normal(s[0], s[1], s[2], s[3]);
    Tensor weight = normal(c.number('o'), s[1], kernel, kernel);
    TensorOptional none = new TensorOptional();
    long[] one = {1, 1};
    long[] padding = {kernel / 2, kernel / 2};
    if (c.name().endsWith("fwd")) {
      Work work = () -> torch.conv2d(x, weight, none, one, padding, one, 1).close();
      return withoutGradients(work).freeing(none, x, weight);
    }
    x.set_requires_grad(true);
    weight.set_requires_grad(true);
    return TorchBackward.of(torch.conv2d(x, weight, none, one, padding, one, 1), x, weight)
        .freeing(none);
  }
}
