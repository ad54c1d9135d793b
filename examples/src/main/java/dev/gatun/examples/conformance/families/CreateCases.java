package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Operations;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.Windows;

/** Tensors made from numbers. */
final class CreateCases {
  private CreateCases() {}

  static void addTo(Operations t) {
    t.op(
        "arange",
        c ->
            Tensor.arange(
                c.number("start"), c.number("stop"), c.number("step"), c.dtype(), c.device()));
    t.op("eye", c -> Tensor.eye(c.integer("n"), c.integer("m"), c.dtype(), c.device()));
    t.op(
        "hann_window",
        c -> Windows.hann(c.integer("n"), c.flag("periodic"), c.dtype(), c.device()));
    t.op(
        "linspace",
        c ->
            Tensor.linspace(
                c.number("start"), c.number("stop"), c.integer("steps"), c.dtype(), c.device()));
    t.op(
        "logspace",
        c ->
            Tensor.logspace(
                c.number("start"),
                c.number("stop"),
                c.integer("steps"),
                c.number("base"),
                c.dtype(),
                c.device()));
  }
}
