package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Attributes;
import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.tensor.Pooling;
import dev.gatun.tensor.Pooling.MaxPooled;
import dev.gatun.tensor.Tensor;
import java.util.Map;

/** Pooling over one to three axes. */
final class PoolCases {
  private PoolCases() {}

  static void addTo(Operations t) {
    for (int axes = 1; axes <= 3; axes++) {
      int n = axes;
      t.ops("max_pool" + n + "d", c -> named(maxPool(c, n)));
      t.op("avg_pool" + n + "d", c -> avgPool(c, n));
      t.ops(
          "adaptive_max_pool" + n + "d",
          c -> named(Pooling.adaptiveMaxPool(c.x(), n, c.ints("output_size"))));
      t.op(
          "adaptive_avg_pool" + n + "d",
          c -> Pooling.adaptiveAvgPool(c.x(), n, c.ints("output_size")));
    }
    t.op(
        "lp_pool2d",
        c ->
            Pooling.lpPool2d(
                c.x(),
                c.number("norm"),
                c.integer("kernel"),
                c.integer("stride"),
                c.flag("ceil_mode")));
    t.op(
        "max_unpool2d",
        c ->
            Pooling.maxUnpool2d(
                c.x(), c.in("indices"), c.integer("kernel"), c.integer("stride"), 0));
  }

  private static MaxPooled maxPool(Context c, int axes) {
    Attributes a = c.attributes();
    return Pooling.maxPool(
        c.x(),
        axes,
        a.ints("kernel", axes, 1),
        a.ints("stride", axes, 1),
        a.ints("padding", axes, 0),
        a.ints("dilation", axes, 1),
        c.flag("ceil_mode"));
  }

  private static Tensor avgPool(Context c, int axes) {
    Attributes a = c.attributes();
    return Pooling.avgPool(
        c.x(),
        axes,
        a.ints("kernel", axes, 1),
        a.ints("stride", axes, 1),
        a.ints("padding", axes, 0),
        c.flag("ceil_mode"),
        a.flag("count_include_pad", true),
        c.integer("divisor_override", 0));
  }

  private static Map<String, Tensor> named(MaxPooled pooled) {
    return Map.of("y", pooled.values(), "indices", pooled.indices());
  }
}
