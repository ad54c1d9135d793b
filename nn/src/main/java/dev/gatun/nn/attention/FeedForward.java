package dev.gatun.nn.attention;

import dev.gatun.nn.Layer;
import dev.gatun.nn.Members;
import dev.gatun.nn.layer.Dropout;
import dev.gatun.nn.layer.LayerNorm;
import dev.gatun.nn.layer.Linear;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * What both transformer layers have: the feed-forward part and how parts are added to the input.
 */
final class FeedForward {
  private final TransformerOptions options;
  private final Linear linear1;
  private final Linear linear2;
  private final Dropout dropout;
  private final Layer activation;

  FeedForward(TransformerOptions options) {
    this.options = options;
    linear1 = new Linear(options.size(), options.inner());
    linear2 = new Linear(options.inner(), options.size());
    dropout = new Dropout(options.dropout());
    activation = options.activation();
  }

  void members(Members members) {
    members.child("linear1", linear1).child("linear2", linear2).child("dropout", dropout);
  }

  Tensor forward(Tensor x) {
    return linear2.forward(dropout.forward(activation.forward(linear1.forward(x))));
  }

  LayerNorm norm() {
    return new LayerNorm(Shape.of(options.size()), options.epsilon(), true, true);
  }

  /** The input with a part's output added, normalised before the part or after the sum. */
  Tensor add(Tensor x, LayerNorm norm, UnaryOperator<Tensor> part) {
    return options.normFirst()
        ? x.add(dropout.forward(part.apply(norm.forward(x))))
        : norm.forward(x.add(dropout.forward(part.apply(x))));
  }
}
