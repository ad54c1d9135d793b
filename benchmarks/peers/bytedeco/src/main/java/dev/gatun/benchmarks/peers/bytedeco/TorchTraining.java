package dev.gatun.benchmarks.peers.bytedeco;

import static dev.gatun.benchmarks.peers.bytedeco.Libtorch.normal;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Work;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The benches {@code train} and {@code rss}. */
final class TorchTraining {
  private static final double TINY_RATE = 1e-6;
  private static final int STEPS = 300;

  private TorchTraining() {}

  static Work prepare(Case c) {
    int batch = c.number('b');
    String name = c.name().split(" ", -1)[0];
    return switch (name) {
      case "mlp" -> steps(c, TorchNetwork.mlp(), normal(batch, 784), classes(10, batch));
      case "lenet" -> steps(c, TorchNetwork.lenet(), normal(batch, 1, 28, 28), classes(10, batch));
      case "resnet8" ->
          steps(c, TorchNetwork.resnet8(), normal(batch, 3, 32, 32), classes(10, batch));
      case "gpt" ->
          steps(
              c,
              TorchNetwork.gpt(),
              classes(TorchNetwork.VOCABULARY, batch, TorchNetwork.CONTEXT),
              classes(TorchNetwork.VOCABULARY, (long) batch * TorchNetwork.CONTEXT));
      default -> throw new IllegalArgumentException("No network " + name);
    };
  }

  private static Work steps(Case c, TorchNetwork net, Tensor input, Tensor target) {
    Optimizer optimizer;
    if (c.name().endsWith("adam")) {
      optimizer = new Adam(net.parameters(), new AdamOptions(TINY_RATE));
    } else {
      SGDOptions options = new SGDOptions(TINY_RATE);
      options.momentum().put(0.9);
      optimizer = new SGD(net.parameters(), options);
    }
    Work work = () -> step(net, optimizer, input, target);
    return work.freeing(optimizer, input, target, net);
  }

  /** 300 steps of Adam on the small network, each on a fresh batch of 64. */
  static Work memory() {
    TorchNetwork net = TorchNetwork.mlp();
    Optimizer optimizer = new Adam(net.parameters(), new AdamOptions(1e-3));
    Work work =
        () -> {
          for (int i = 0; i < STEPS; i++) {
            try (Tensor input = normal(64, 784);
                Tensor target = classes(10, 64)) {
              step(net, optimizer, input, target);
            }
          }
        };
    return work.freeing(optimizer, net);
  }

  private static void step(TorchNetwork net, Optimizer optimizer, Tensor input, Tensor target) {
    try (Tensor logits = net.forward(input);
        Tensor loss = torch.cross_entropy_loss(logits, target)) {
      loss.backward();
    }
    optimizer.step().close();
    optimizer.zero_grad(true);
  }

  private static Tensor classes(long count, long... sizes) {
    try (Tensor floats = torch.randint(count, sizes)) {
      return floats.to(ScalarType.Long);
    }
  }
}
