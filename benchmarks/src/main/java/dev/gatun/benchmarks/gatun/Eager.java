package dev.gatun.benchmarks.gatun;

import static dev.gatun.benchmarks.gatun.GatunLibrary.normal;

import dev.gatun.autograd.Tape;
import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Work;
import dev.gatun.nn.layer.Linear;
import dev.gatun.nn.layer.Relu;
import dev.gatun.nn.layer.Sequential;
import dev.gatun.tensor.Tensor;

/** The bench {@code eager}: what an operation on a tiny tensor costs. */
final class Eager {
  /** Operations on one tape in the cases that record: a small model's step. */
  private static final int RECORDED = 64;

  private Eager() {}

  static Work prepare(Case c) {
    return switch (c.name()) {
      case "add16" -> {
        Tensor a = normal(1, 16);
        Tensor b = normal(2, 16);
        Work work = () -> a.add(b).close();
        yield work.freeing(a, b);
      }
      case "mm8" -> {
        Tensor a = normal(1, 8, 8);
        Tensor b = normal(2, 8, 8);
        Work work = () -> a.matmul(b).close();
        yield work.freeing(a, b);
      }
      case "add16 grad" -> {
        Tensor a = normal(1, 16).requiresGrad(true);
        Tensor b = normal(2, 16);
        yield new Recorded(() -> a.add(b).close()).freeing(a, b);
      }
      case "mm8 grad" -> {
        Tensor a = normal(1, 8, 8).requiresGrad(true);
        Tensor b = normal(2, 8, 8);
        yield new Recorded(() -> a.matmul(b).close()).freeing(a, b);
      }
      case "mlp16 fwdbwd" -> {
        Tensor x = normal(1, 16, 16);
        Sequential net =
            Sequential.of(
                new Linear(16, 16), new Relu(), new Linear(16, 16), new Relu(), new Linear(16, 16));
        Work work =
            () -> {
              try (Tape tape = Tape.record()) {
                tape.gradients(net.forward(x).sum());
              }
            };
        yield work.freeing(net, x);
      }
      default -> throw new IllegalArgumentException("No case " + c.name());
    };
  }

  /** Runs work under a tape, and takes a new tape after so many operations. */
  private static final class Recorded implements Work {
    private final Work body;
    private Tape tape = Tape.record();
    private int left = RECORDED;

    Recorded(Work body) {
      this.body = body;
    }

    @Override
    public void run() {
      if (left-- == 0) {
        tape.close();
        tape = Tape.record();
        left = RECORDED - 1;
      }
      body.run();
    }

    @Override
    public void close() {
      tape.close();
    }
  }
}
