package dev.gatun.benchmarks.peers.bytedeco;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Library;
import dev.gatun.benchmarks.compare.Work;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * libtorch as PyTorch's users call it: gradients are recorded only in the cases about gradients,
 * and every tensor is freed at once.
 */
final class Libtorch implements Library {
  private final int threads;

  Libtorch(int threads) {
    this.threads = threads;
    torch.set_num_threads(threads);
    torch.manual_seed(1);
    // MKL loads its kernels with the first product.
    try (Tensor a = normal(64, 64)) {
      a.mm(a).close();
    }
  }

  @Override
  public @Nullable Work prepare(Case c) {
    return switch (c.bench()) {
      case "gemm" -> product(c.sizes());
      case "mem" -> TorchMemory.prepare(c);
      case "cache" -> TorchMemory.cache(c);
      case "reduce" -> TorchMemory.reduce(c);
      case "attention" -> TorchAttention.prepare(c);
      case "train" -> TorchTraining.prepare(c);
      case "rss" -> TorchTraining.memory();
      case "eager" -> TorchEager.prepare(c);
      case "conv" -> TorchConvolutions.prepare(c);
      default -> null;
    };
  }

  private static Work product(int[] s) {
    Tensor a = normal(s[0], s[1]);
    Tensor b = normal(s[1], s[2]);
    Tensor y = normal(s[0], s[2]);
    return withoutGradients(() -> torch.mm_out(y, a, b).close()).freeing(a, b, y);
  }

  static Tensor normal(long... sizes) {
    return torch.randn(sizes);
  }

  /** The same work with gradients off, once and for all in this process's one thread. */
  static Work withoutGradients(Work work) {
    NoGradGuard guard = new NoGradGuard();
    return work.freeing(guard);
  }

  @Override
  public String describe() {
    try (BytePointer capability = torch.get_cpu_capability()) {
      return "libtorch, "
          + capability.getString()
          + ", MKL "
          + torch.hasMKL()
          + ", oneDNN "
          + torch.hasMKLDNN()
          + ", BLAS: "
          + Blas.configuration()
          + ", threads "
          + torch.get_num_threads()
          + " of "
          + threads;
    }
  }
}
