package dev.gatun.benchmarks.gatun;

import static dev.gatun.benchmarks.gatun.GatunLibrary.normal;

import dev.gatun.autograd.Tape;
import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Work;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Model;
import dev.gatun.nn.loss.Losses;
import dev.gatun.nn.optim.Adam;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.Sgd;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;

/** The benches {@code train} and {@code rss}: forward, cross entropy, backward, optimizer. */
final class Training {
  private static final double TINY_RATE = 1e-6;
  private static final int STEPS = 300;

  private Training() {}

  /** Steps on one fixed batch. */
  static Work prepare(Case c) {
    Gatun.manualSeed(1);
    int batch = c.number('b');
    String name = c.name().split(" ", -1)[0];
    return switch (name) {
      case "mlp" -> steps(c, Networks.mlp(), normal(1, batch, 784), classes(2, 10, batch));
      case "lenet" ->
          steps(c, Networks.lenet(), normal(1, batch, 1, 28, 28), classes(2, 10, batch));
      case "resnet8" ->
          steps(c, Networks.resnet8(), normal(1, batch, 3, 32, 32), classes(2, 10, batch));
      case "gpt" ->
          steps(
              c,
              new Gpt(),
              classes(1, Gpt.VOCABULARY, batch, Gpt.CONTEXT),
              classes(2, Gpt.VOCABULARY, (long) batch * Gpt.CONTEXT));
      default -> throw new IllegalArgumentException("No network " + name);
    };
  }

  private static <N extends Layer & Model> Work steps(Case c, N net, Tensor input, Tensor target) {
    Optimizer optimizer =
        c.name().endsWith("adam")
            ? Adam.of(net.parameters()).learningRate(TINY_RATE).build()
            : Sgd.of(net.parameters()).learningRate(TINY_RATE).momentum(0.9).build();
    Work work = () -> step(net, optimizer, input, target);
    return work.freeing(optimizer, net, input, target);
  }

  /** 300 steps of Adam on the small network, each on a fresh batch of 64. */
  static Work memory() {
    Gatun.manualSeed(1);
    var net = Networks.mlp();
    Optimizer optimizer = Adam.of(net.parameters()).build();
    Work work =
        () -> {
          for (int i = 0; i < STEPS; i++) {
            try (Tensor input = normal(i, 64, 784);
                Tensor target = classes(i, 10, 64)) {
              step(net, optimizer, input, target);
            }
          }
        };
    return work.freeing(optimizer, net);
  }

  private static void step(Layer net, Optimizer optimizer, Tensor input, Tensor target) {
    try (Tape tape = Tape.record()) {
      Tensor loss = Losses.crossEntropy(net.forward(input), target);
      optimizer.step(tape.gradients(loss));
    }
  }

  private static Tensor classes(long seed, int count, long... sizes) {
    try (Scope scope = Scope.open()) {
      Tensor uniform = Tensor.rand(Shape.of(sizes), seed);
      return scope.keep(uniform.mul(count).to(DType.INT64).clamp(0, count - 1L));
    }
  }
}
