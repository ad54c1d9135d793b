package dev.gatun.benchmarks.peers.bytedeco;

import dev.gatun.benchmarks.compare.Work;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Times the backward pass alone: the graph is recorded once and retained. */
final class TorchBackward {
  private TorchBackward() {}

  static Work of(Tensor y, Tensor... leaves) {
    TensorVector outputs = new TensorVector(y);
    TensorVector inputs = new TensorVector(leaves);
    TensorVector cotangents = new TensorVector(torch.randn_like(y));
    BoolOptional retain = new BoolOptional(true);
    Work work = () -> torch.grad(outputs, inputs, cotangents, retain, false, false).close();
    return work.freeing(
        outputs,
        inputs,
        cotangents,
        retain,
        y,
        () -> {
          for (Tensor leaf : leaves) {
            leaf.close();
          }
        });
  }
}
