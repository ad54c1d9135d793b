package dev.gatun.benchmarks.gatun;

import static dev.gatun.benchmarks.gatun.GatunLibrary.normal;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Work;
import dev.gatun.tensor.Norms;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;

/** The benches {@code mem}, {@code reduce} and {@code cache}. */
final class Memory {
  private Memory() {}

  static Work prepare(Case c) {
    return switch (c.name()) {
      case "add", "add alloc" -> {
        Tensor a = normal(1, c.side(), c.side());
        Tensor b = normal(2, c.side(), c.side());
        Work work = () -> a.add(b).close();
        yield work.freeing(a, b);
      }
      case "softmax bwd" -> {
        Tensor x = normal(1, c.side(), c.side()).requiresGrad(true);
        yield Backward.of(x.shape(), () -> x.softmax(-1), x);
      }
      case "layer_norm", "layer_norm bwd" -> layerNorm(c.side(), c.name().endsWith("bwd"));
      default -> unary(c.name(), normal(1, c.side(), c.side()));
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

  static Work cache(Case c) {
    int count = c.sizes()[0];
    Tensor a = normal(1, count);
    Tensor b = normal(2, count);
    Work work =
        switch (c.name().substring(c.name().indexOf(' ') + 1)) {
          case "add" -> () -> a.add(b).close();
          case "relu" -> () -> a.relu().close();
          case "exp" -> () -> a.exp().close();
          case "tanh" -> () -> a.tanh().close();
          default -> throw new IllegalArgumentException("No case " + c.name());
        };
    return work.freeing(a, b);
  }

  static Work reduce(Case c) {
    Tensor x = normal(1, c.side(), c.side());
    Work work =
        switch (c.name()) {
          case "argmax last" -> () -> x.argmax(-1).close();
          case "sum first" -> () -> x.sum(0).close();
          case "var last" -> () -> x.var(-1).close();
          default -> throw new IllegalArgumentException("No case " + c.name());
        };
    return work.freeing(x);
  }

  private static Work layerNorm(int rows, boolean backward) {
    int size = rows / 4;
    Shape columns = Shape.of(size);
    Tensor x = normal(1, rows, size);
    Tensor weight = normal(2, size);
    Tensor bias = normal(3, size);
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
