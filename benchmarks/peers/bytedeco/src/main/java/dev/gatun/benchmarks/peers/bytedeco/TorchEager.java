package dev.gatun.benchmarks.peers.bytedeco;

import static dev.gatun.benchmarks.peers.bytedeco.Libtorch.normal;
import static dev.gatun.benchmarks.peers.bytedeco.Libtorch.withoutGradients;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Work;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;

/** The bench {@code eager}. */
final class TorchEager {
  private TorchEager() {}

  static Work prepare(Case c) {
    return switch (c.name()) {
      case "add16", "add16 grad" -> {
        Tensor a = normal(16);
        Tensor b = normal(16);
        Work work = () -> a.add(b).close();
        yield (c.name().endsWith("grad") ? recorded(work, a) : withoutGradients(work))
            .freeing(a, b);
      }
      case "mm8", "mm8 grad" -> {
        Tensor a = normal(8, 8);
        Tensor b = normal(8, 8);
        Work work = () -> a.mm(b).close();
        yield (c.name().endsWith("grad") ? recorded(work, a) : withoutGradients(work))
            .freeing(a, b);
      }
      case "mlp16 fwdbwd" -> network();
      default -> throw new IllegalArgumentException("No case " + c.name());
    };
  }

  private static Work recorded(Work work, Tensor leaf) {
    leaf.set_requires_grad(true);
    return work;
  }

  private static Work network() {
    Module root = new Module();
    LinearImpl first = root.register_module("0", new LinearImpl(16, 16));
    LinearImpl second = root.register_module("1", new LinearImpl(16, 16));
    LinearImpl third = root.register_module("2", new LinearImpl(16, 16));
    Tensor x = normal(16, 16);
    Work work =
        () -> {
          try (Tensor a = first.forward(x);
              Tensor b = a.relu();
              Tensor c = second.forward(b);
              Tensor d = c.relu();
              Tensor e = third.forward(d);
              Tensor loss = e.sum()) {
            loss.backward();
            root.zero_grad(true);
          }
        };
    return work.freeing(x, first, second, third, root);
  }
}
