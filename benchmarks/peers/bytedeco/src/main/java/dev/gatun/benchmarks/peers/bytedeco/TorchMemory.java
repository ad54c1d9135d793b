package dev.gatun.benchmarks.peers.bytedeco;

import static dev.gatun.benchmarks.peers.bytedeco.Libtorch.normal;
import static dev.gatun.benchmarks.peers.bytedeco.Libtorch.withoutGradients;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Work;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The benches {@code mem}, {@code reduce} and {@code cache}. */
final class TorchMemory {
  private TorchMemory() {}

  static Work prepare(Case c) {
    return switch (c.name()) {
      case "softmax bwd" -> {
        Tensor x = normal(c.side(), c.side()).set_requires_grad(true);
        yield TorchBackward.of(x.softmax(-1), x);
      }
      case "layer_norm", "layer_norm bwd" -> layerNorm(c.side(), c.name().endsWith("bwd"));
      default ->
          elementwise(
              c.name(),
              normal(c.side(), c.side()),
              normal(c.side(), c.side()),
              normal(c.side(), c.side()));
    };
  }

  private static Work elementwise(String name, Tensor x, Tensor y, Tensor out) {
    Tensor transposed = x.t();
    Tensor column = normal(x.size(0));
    Scalar zero = new Scalar(0f);
    Work work =
        switch (name) {
          case "add" -> () -> torch.add_out(out, x, y).close();
          case "add alloc" -> () -> x.add(y).close();
          // relu itself has no fast form with an output: that one computes, then copies.
          case "relu" -> () -> torch.clamp_min_out(out, x, zero).close();
          case "exp" -> () -> torch.exp_out(out, x).close();
          case "gelu tanh" -> () -> torch.gelu_out(out, x, "tanh").close();
          case "gelu erf" -> () -> torch.gelu_out(out, x, "none").close();
          case "sum" -> () -> torch.sum(x).close();
          case "mean last" -> () -> torch.mean_out(column, x, -1).close();
          case "softmax" -> () -> torch.softmax_out(out, x, -1).close();
          case "softmax alloc" -> () -> x.softmax(-1).close();
          case "transpose" -> () -> out.copy_(transposed);
          default -> throw new IllegalArgumentException("No case " + name);
        };
    return withoutGradients(work).freeing(transposed, x, y, out, column, zero);
  }

  static Work cache(Case c) {
    int count = c.sizes()[0];
    Tensor a = normal(count);
    Tensor b = normal(count);
    Tensor out = normal(count);
    Scalar zero = new Scalar(0f);
    Work work =
        switch (c.name().substring(c.name().indexOf(' ') + 1)) {
          case "add" -> () -> torch.add_out(out, a, b).close();
          case "relu" -> () -> torch.clamp_min_out(out, a, zero).close();
          case "exp" -> () -> torch.exp_out(out, a).close();
          case "tanh" -> () -> torch.tanh_out(out, a).close();
          default -> throw new IllegalArgumentException("No case " + c.name());
        };
    return withoutGradients(work).freeing(a, b, out, zero);
  }

  static Work reduce(Case c) {
    Tensor x = normal(c.side(), c.side());
    LongOptional last = new LongOptional(-1);
    Work work =
        switch (c.name()) {
          case "argmax last" -> () -> torch.argmax(x, last, false).close();
          case "sum first" -> () -> x.sum(0).close();
          case "var last" -> () -> torch.var(x, new long[] {-1}, true).close();
          default -> throw new IllegalArgumentException("No case " + c.name());
        };
    return withoutGradients(work).freeing(x, last);
  }

  private static Work layerNorm(int rows, boolean backward) {
    int size = rows / 4;
    Tensor x = normal(rows, size);
    Tensor weight = normal(size);
    Tensor bias = normal(size);
    TensorOptional w = new TensorOptional(weight);
    TensorOptional b = new TensorOptional(bias);
    long[] columns = {size};
    if (!backward) {
      // The form with an output computes, then copies: the ordinary call is the faster one.
      Work work = () -> torch.layer_norm(x, columns, w, b, 1e-5, true).close();
      return withoutGradients(work).freeing(w, b, x, weight, bias);
    }
    x.set_requires_grad(true);
    weight.set_requires_grad(true);
    bias.set_requires_grad(true);
    return TorchBackward.of(torch.layer_norm(x, columns, w, b, 1e-5, true), x, weight, bias)
        .freeing(w, b);
  }
}
