package dev.gatun.nn;

import dev.gatun.tensor.Tensor;

/**
 * A function of one tensor. A lambda is a layer; layers with tensors of their own are {@link
 * Model}s, too.
 */
@FunctionalInterface
public interface Layer {

  /**
   * Computes the output. A layer must not keep its input after it has returned: {@link
   * dev.gatun.nn.layer.Sequential} closes it.
   */
  Tensor forward(Tensor input);
}
