package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Operations;
import dev.gatun.tensor.Activations;

/** Normalised exponentials along an axis. */
final class SoftmaxCases {
  private SoftmaxCases() {}

  static void addTo(Operations t) {
    t.op("softmax", c -> c.x().softmax(c.integer("dim")));
    t.op("log_softmax", c -> c.x().logSoftmax(c.integer("dim")));
    t.op("softmin", c -> Activations.softmin(c.x(), c.integer("dim")));
  }
}
