package dev.gatun.benchmarks.peers.bytedeco;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Stages one after another, over leaf tensors. What a stage made is freed when the next one has
 * used it, but for what the graph holds.
 */
final class TorchNetwork implements AutoCloseable {
  static final int VOCABULARY = 96;
  static final int CONTEXT = 128;
  private static final int WIDTH = 128;
  private static final int HEADS = 4;
  private static final int LAYERS = 4;

  private final TensorVector parameters = new TensorVector();
  private final List<Pointer> held = new ArrayList<>();
  private Stage all = x -> x;

  /** Makes a new tensor of another, which it leaves open; the identity may return its argument. */
  private interface Stage {
    Tensor apply(Tensor x);
  }

  private TorchNetwork() {}

  TensorVector parameters() {
    return parameters;
  }

  Tensor forward(Tensor x) {
    return all.apply(x);
  }

  static TorchNetwork mlp() {
    TorchNetwork n = new TorchNetwork();
    n.all =
        n.chain(
            n.linear(784, 512, true),
            Tensor::relu,
            n.linear(512, 256, true),
            Tensor::relu,
            n.linear(256, 10, true));
    return n;
  }

  static TorchNetwork lenet() {
    TorchNetwork n = new TorchNetwork();
    n.all =
        n.chain(
            n.convolution(1, 6, 5, 1, 2, true),
            Tensor::relu,
            x -> torch.max_pool2d(x, 2, 2),
            n.convolution(6, 16, 5, 1, 0, true),
            Tensor::relu,
            x -> torch.max_pool2d(x, 2, 2),
            x -> x.flatten(1, -1),
            n.linear(400, 120, true),
            Tensor::relu,
            n.linear(120, 84, true),
            Tensor::relu,
            n.linear(84, 10, true));
    return n;
  }

  static TorchNetwork resnet8() {
    TorchNetwork n = new TorchNetwork();
    n.all =
        n.chain(
            n.convolution(3, 16, 3, 1, 1, false),
            n.batchNorm(16),
            Tensor::relu,
            n.block(16, 16, 1),
            n.block(16, 32, 2),
            n.block(32, 64, 2),
            x -> x.mean(2, 3),
            n.linear(64, 10, true));
    return n;
  }

  private Stage block(int in, int out, int stride) {
    Stage body =
        chain(
            convolution(in, out, 3, stride, 1, false),
            batchNorm(out),
            Tensor::relu,
            convolution(out, out, 3, 1, 1, false),
            batchNorm(out));
    if (in == out) {
      return x -> {
        try (Tensor y = body.apply(x)) {
          y.add_(x);
          return y.relu();
        }
      };
    }
    Stage shortcut = chain(convolution(in, out, 1, stride, 0, false), batchNorm(out));
    return x -> {
      try (Tensor y = body.apply(x);
          Tensor z = shortcut.apply(x)) {
        y.add_(z);
        return y.relu();
      }
    };
  }

  static TorchNetwork gpt() {
    TorchNetwork n = new TorchNetwork();
    Tensor tokens = n.parameter(0.02, VOCABULARY, WIDTH);
    Tensor positions = n.parameter(0.02, CONTEXT, WIDTH);
    List<Stage> stages = new ArrayList<>();
    stages.add(x -> {
      try (Tensor t = torch.embedding(tokens, x)) {
        return t.add(positions);
      }
    });
    for (int i = 0; i < LAYERS; i++) {
      stages.add(n.residual(n.chain(n.layerNorm(), n.attention())));
      stages.add(
          n.residual(
              n.chain(
                  n.layerNorm(),
                  n.linear(WIDTH, 4 * WIDTH, true),
                  torch::gelu,
                  n.linear(4 * WIDTH, WIDTH, true))));
    }
    stages.add(n.layerNorm());
    stages.add(n.linear(WIDTH, VOCABULARY, false));
    stages.add(x -> x.flatten(0, 1));
    n.all = n.chain(stages.toArray(Stage[]::new));
    return n;
  }

  private Stage residual(Stage body) {
    return x -> {
      try (Tensor y = body.apply(x)) {
        return x.add(y);
      }
    };
  }

  private Stage attention() {
    Stage queriesKeysValues = linear(WIDTH, 3 * WIDTH, true);
    Stage projection = linear(WIDTH, WIDTH, true);
    return x -> {
      try (Tensor all = queriesKeysValues.apply(x);
          TensorVector parts = all.chunk(3, -1);
          Tensor q = heads(parts.get(0));
          Tensor k = heads(parts.get(1));
          Tensor v = heads(parts.get(2));
          Tensor attended = TorchAttention.attend(q, k, v);
          Tensor swapped = attended.transpose(1, 2);
          Tensor merged = swapped.flatten(2, 3)) {
        return projection.apply(merged);
      }
    };
  }

  private static Tensor heads(Tensor x) {
    try (Tensor part = x;
        Tensor split = part.view(-1, CONTEXT, HEADS, WIDTH / HEADS)) {
      return split.transpose(1, 2);
    }
  }

  @SuppressWarnings("ReferenceEquality") // that very handle
  private Stage chain(Stage... stages) {
    return x -> {
      Tensor y = x;
      for (Stage stage : stages) {
        Tensor next = stage.apply(y);
        if (y != x) {
          y.close();
        }
        y = next;
      }
      return y;
    };
  }

  private Stage linear(int in, int out, boolean bias) {
    Tensor weight = parameter(1 / Math.sqrt((double) in), out, in);
    TensorOptional b = optional(bias, out);
    return x -> torch.linear(x, weight, b);
  }

  private Stage convolution(int in, int out, int kernel, int stride, int padding, boolean bias) {
    double scale = 1 / Math.sqrt((double) in * kernel * kernel);
    Tensor weight = parameter(scale, out, in, kernel, kernel);
    TensorOptional b = optional(bias, out);
    long[] strides = {stride, stride};
    long[] paddings = {padding, padding};
    long[] ones = {1, 1};
    return x -> torch.conv2d(x, weight, b, strides, paddings, ones, 1);
  }

  private Stage batchNorm(int channels) {
    TensorOptional weight = hold(new TensorOptional(parameter(1, channels)));
    TensorOptional bias = hold(new TensorOptional(parameter(1, channels)));
    TensorOptional mean = hold(new TensorOptional(hold(torch.zeros(channels))));
    TensorOptional variance = hold(new TensorOptional(hold(torch.ones(channels))));
    return x -> torch.batch_norm(x, weight, bias, mean, variance, true, 0.1, 1e-5, true);
  }

  private Stage layerNorm() {
    TensorOptional weight = hold(new TensorOptional(parameter(1, WIDTH)));
    TensorOptional bias = hold(new TensorOptional(parameter(1, WIDTH)));
    long[] columns = {WIDTH};
    return x -> torch.layer_norm(x, columns, weight, bias, 1e-5, true);
  }

  private TensorOptional optional(boolean bias, int size) {
    return hold(bias ? new TensorOptional(parameter(0.1, size)) : new TensorOptional());
  }

  private Tensor parameter(double scale, long... sizes) {
    Tensor p = hold(torch.randn(sizes));
    try (Scalar s = new Scalar(scale)) {
      p.mul_(s); // returns the same handle
    }
    p.set_requires_grad(true);
    parameters.push_back(p);
    return p;
  }

  private <T extends Pointer> T hold(T value) {
    held.add(value);
    return value;
  }

  @Override
  public void close() {
    for (Pointer h : held.reversed()) {
      h.close();
    }
    parameters.close();
  }
}
