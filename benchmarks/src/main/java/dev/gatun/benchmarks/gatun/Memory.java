package dev.gatun.benchmarks.gatun;

import static dev.gatun.benchmarks.gatun.GatunLibrary.normal;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Cases;
import dev.gatun.benchmarks.compare.Work;
import dev.gatun.tensor.Norms;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;

/** The bench {@code mem}: tensors that no cache holds. */
final class Memory {
  private Memory() {}

  static Work prepare(Case c) {
    return switch (c.name()) {
      case "add", "add alloc" -> {
        Tensor a = normal(1, Cases.LARGE);
        Tensor b = normal(2, Cases.LARGE);
        Work work = () -> a.add(b).close();
        yield work.freeing(a, b);
      }
      case "softmax bwd" -> {
        Tensor x = normal(1, Cases.SIDE, Cases.SIDE).requiresGrad(true);
        yield Backward.of(x.shape(), () -> x.softmax(-1), x);
      }
      case "layer_norm", "layer_norm bwd" -> layerNorm(c.name().endsWith("bwd"));
      default -> unary(c.name(), normal(1, Cases.SIDE, Cases.SIDE));
    };
  }

  private static Work unary(String name, Tensor x) {
    Tensor transposed = x.t();
    Work work =
        switch (name) {
          case "relu" -> () -> x.relu().close();
          case "exp" -> () -> x.exp().close();
          case "gelu tanh" -> () -> x.gelu(true).close();
          case "gelu erf" -> () -> x.gelu(false).close();
          case "sum" -> () -> x.sum().close();
          case "mean last" -> () -> x.mean(-1).close();
          case "softmax", "softmax alloc" -> () -> x.softmax(-1).close();
          case "transpose" -> () -> transposed.contiguous().close();
          default -> throw new IllegalArgumentException("No case " + name);
        };
    return work.freeing(transposed, x);
  }

  private static Work layerNorm(boolean backward) {
    Shape columns = Shape.of(Cases.NORM_COLUMNS);
    Tensor x = normal(1, Cases.SIDE, Cases.NORM_COLUMNS);
    Tensor weight = normal(2, Cases.NORM_COLUMNS);
    Tensor bias = normal(3, Cases.NORM_COLUMNS);
    if (!backward) {
      Work work = () -> Norms.layerNorm(x, columns, weight, bias, 1e-5).close();
      return work.freeing(x, weight, bias);
    }
    x.requiresGrad(true);
    weight.requiresGrad(true);
    bias.requiresGrad(true);
    return Backward.of(
        x.shape(), () -> Norms.layerNorm(x, columns, weight, bias, 1e-5), x, weight, bias);
  }
}
