package dev.gatun.benchmarks.gatun;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Work;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.Tensor;

/** The bench {@code gemm}. */
final class Products {
  private Products() {}

  static Work prepare(Case c) {
    int[] s = c.sizes();
    DType dtype = c.bench().equals("gemm16") ? DType.of(c.name().split(" ", -1)[1]) : DType.FLOAT32;
    Tensor a = GatunLibrary.normal(1, s[0], s[1]).to(dtype);
    Tensor b = GatunLibrary.normal(2, s[1], s[2]).to(dtype);
    Work work = () -> a.matmul(b).close();
    return work.freeing(a, b);
  }
}
