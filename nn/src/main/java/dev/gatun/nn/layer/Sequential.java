package dev.gatun.nn.layer;

import dev.gatun.nn.Layer;
import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Tensor;
import java.util.List;

/**
 * Layers applied one after another; their names are {@code 0}, {@code 1}, …. What a layer made is
 * freed when the next one has used it, but for what a tape still needs: the tape has handles of its
 * own.
 */
public final class Sequential implements Layer, Model {
  private final List<Layer> layers;

  private Sequential(List<Layer> layers) {
    this.layers = layers;
  }

  public static Sequential of(Layer... layers) {
    return new Sequential(List.of(layers));
  }

  public static Sequential of(List<? extends Layer> layers) {
    return new Sequential(List.copyOf(layers));
  }

  public List<Layer> layers() {
    return layers;
  }

  @Override
  public void members(Members members) {
    for (int i = 0; i < layers.size(); i++) {
      members.layer(Integer.toString(i), layers.get(i));
    }
  }

  @Override
  public Tensor forward(Tensor input) {
    Tensor x = input;
    boolean mine = false; // a layer made x here: it is not the input, nor a tensor somebody keeps
    for (Layer layer : layers) {
      try (Scope scope = Scope.open()) {
        Tensor y = layer.forward(x);
        if (y != x) {
          if (mine) {
            x.close();
          }
          mine = scope.owns(y);
          x = scope.keep(y);
        }
      }
    }
    return x;
  }

  @Override
  public String toString() {
    var text = new StringBuilder("Sequential(");
    for (int i = 0; i < layers.size(); i++) {
      text.append(i == 0 ? "" : ", ").append(layers.get(i));
    }
    return text.append(")").toString();
  }
}
