package dev.gatun.benchmarks.gatun;

import dev.gatun.nn.Layer;
import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.nn.layer.BatchNorm2d;
import dev.gatun.nn.layer.Conv2d;
import dev.gatun.nn.layer.Flatten;
import dev.gatun.nn.layer.Linear;
import dev.gatun.nn.layer.MaxPool2d;
import dev.gatun.nn.layer.Relu;
import dev.gatun.nn.layer.Sequential;
import dev.gatun.tensor.Tensor;

/** The networks of images and plain vectors. */
final class Networks {
  private Networks() {}

  /** 784-512-256-10. */
  static Sequential mlp() {
    return Sequential.of(
        new Linear(784, 512), new Relu(), new Linear(512, 256), new Relu(), new Linear(256, 10));
  }

  /** Two convolutions with pooling, then 400-120-84-10 (LeCun and others 1998, with relu). */
  static Sequential lenet() {
    return Sequential.of(
        Conv2d.of(1, 6, 5).padding(2).build(),
        new Relu(),
        new MaxPool2d(2),
        new Conv2d(6, 16, 5),
        new Relu(),
        new MaxPool2d(2),
        new Flatten(),
        new Linear(400, 120),
        new Relu(),
        new Linear(120, 84),
        new Relu(),
        new Linear(84, 10));
  }

  /** A stem of 16 channels, a block each of 16, 32 and 64 (He and others 2016), mean, linear. */
  static Sequential resnet8() {
    return Sequential.of(
        convolution(3, 16, 3, 1),
        new BatchNorm2d(16),
        new Relu(),
        Block.of(16, 16, 1),
        Block.of(16, 32, 2),
        Block.of(32, 64, 2),
        x -> x.mean(2, 3),
        new Linear(64, 10));
  }

  private static Conv2d convolution(int in, int out, int kernel, int stride) {
    return Conv2d.of(in, out, kernel).stride(stride).padding(kernel / 2).bias(false).build();
  }

  /** {@code relu(body(x) + shortcut(x))}. */
  private record Block(Sequential body, Sequential shortcut) implements Layer, Model {
    static Block of(int in, int out, int stride) {
      return new Block(
          Sequential.of(
              convolution(in, out, 3, stride),
              new BatchNorm2d(out),
              new Relu(),
              convolution(out, out, 3, 1),
              new BatchNorm2d(out)),
          in == out
              ? Sequential.of()
              : Sequential.of(convolution(in, out, 1, stride), new BatchNorm2d(out)));
    }

    @Override
    public void members(Members members) {
      members.child("body", body).child("shortcut", shortcut);
    }

    @Override
    public Tensor forward(Tensor x) {
      return body.forward(x).add(shortcut.forward(x)).relu();
    }
  }
}
