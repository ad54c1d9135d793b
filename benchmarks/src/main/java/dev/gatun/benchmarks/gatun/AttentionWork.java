package dev.gatun.benchmarks.gatun;

import static dev.gatun.benchmarks.gatun.GatunLibrary.normal;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Work;
import dev.gatun.tensor.Attention;
import dev.gatun.tensor.Tensor;

/** The bench {@code attention}: causal, batch × heads × length × size of a head. */
final class AttentionWork {
  private AttentionWork() {}

  static Work prepare(Case c) {
    int[] s = c.sizes();
    Tensor q = normal(1, s[0], s[1], s[2], s[3]);
    Tensor k = normal(2, s[0], s[1], s[2], s[3]);
    Tensor v = normal(3, s[0], s[1], s[2], s[3]);
    if (c.name().endsWith("fwd")) {
      Work work = () -> attend(q, k, v).close();
      return work.freeing(q, k, v);
    }
    q.requiresGrad(true);
    k.requiresGrad(true);
    v.requiresGrad(true);
    return Backward.of(q.shape(), () -> attend(q, k, v), q, k, v);
  }

  private static Tensor attend(Tensor q, Tensor k, Tensor v) {
    double scale = 1 / Math.sqrt((double) q.size(-1));
    return Attention.scaledDotProductAttention(q, k, v, null, true, scale);
  }
}
