package dev.gatun.benchmarks.peers.bytedeco;

import static dev.gatun.benchmarks.peers.bytedeco.Libtorch.normal;
import static dev.gatun.benchmarks.peers.bytedeco.Libtorch.withoutGradients;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Work;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The bench {@code attention}. */
final class TorchAttention {
  private TorchAttention() {}

  static Work prepare(Case c) {
    int[] s = c.sizes();
    Tensor q = normal(s[0], s[1], s[2], s[3]);
    Tensor k = normal(s[0], s[1], s[2], s[3]);
    Tensor v = normal(s[0], s[1], s[2], s[3]);
    if (c.name().endsWith("fwd")) {
      return withoutGradients(() -> attend(q, k, v).close()).freeing(q, k, v);
    }
    q.set_requires_grad(true);
    k.set_requires_grad(true);
    v.set_requires_grad(true);
    return TorchBackward.of(attend(q, k, v), q, k, v);
  }

  static Tensor attend(Tensor q, Tensor k, Tensor v) {
    try (TensorOptional mask = new TensorOptional();
        DoubleOptional scale = new DoubleOptional()) {
      return torch.scaled_dot_product_attention(q, k, v, mask, 0, true, scale, false);
    }
  }
}
