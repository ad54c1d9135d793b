package dev.gatun.examples.mnist;

import dev.gatun.nn.Layer;
import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.nn.layer.Conv2d;
import dev.gatun.nn.layer.Flatten;
import dev.gatun.nn.layer.Linear;
import dev.gatun.nn.layer.MaxPool2d;
import dev.gatun.nn.layer.Relu;
import dev.gatun.nn.layer.Sequential;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Layers one after another, with names. */
final class Network implements Layer, Model {
  private final Map<String, Layer> named;
  private final Sequential layers;

  private Network(Map<String, Layer> named) {
    this.named = named;
    layers = Sequential.of(List.copyOf(named.values()));
  }

  /**
   * Two convolutions, two linear layers.
   *
   * @throws FormatException when the pictures are too small for it
   */
  static Network cnn(Digits data) {
    long height = afterConvolutions(data.height());
    long width = afterConvolutions(data.width());
    if (height < 1 || width < 1) {
      throw new FormatException(
          "The model cnn needs pictures of at least 10 by 10 pixels, got "
              + data.height()
              + " by "
              + data.width());
    }
    var layers = new LinkedHashMap<String, Layer>();
    layers.put("pixels", new Pixels(data.train().inputs()));
    layers.put("conv1", new Conv2d(1, 16, 3));
    layers.put("relu1", new Relu());
    layers.put("pool1", new MaxPool2d(2));
    layers.put("conv2", new Conv2d(16, 32, 3));
    layers.put("relu2", new Relu());
    layers.put("pool2", new MaxPool2d(2));
    layers.put("flatten", new Flatten());
    layers.put("hidden", new Linear(32 * height * width, 128));
    layers.put("relu3", new Relu());
    layers.put("output", new Linear(128, data.classes()));
    return new Network(layers);
  }

  /** Three linear layers. */
  static Network mlp(Digits data) {
    var layers = new LinkedHashMap<String, Layer>();
    layers.put("pixels", new Pixels(data.train().inputs()));
    layers.put("flatten", new Flatten());
    layers.put("hidden1", new Linear(data.height() * data.width(), 256));
    layers.put("relu1", new Relu());
    layers.put("hidden2", new Linear(256, 128));
    layers.put("relu2", new Relu());
    layers.put("output", new Linear(128, data.classes()));
    return new Network(layers);
  }

  /** Twice: a window of 3 without padding, then the half. */
  private static long afterConvolutions(long size) {
    return ((size - 2) / 2 - 2) / 2;
  }

  @Override
  public void members(Members members) {
    named.forEach(members::layer);
  }

  @Override
  public Tensor forward(Tensor x) {
    return layers.forward(x);
  }

  @Override
  public String toString() {
    return layers.toString();
  }
}
