package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.GridSampling;
import dev.gatun.tensor.Interpolation;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.Locale;

/** Images at other sizes and places. */
final class ResampleCases {
  private ResampleCases() {}

  static void addTo(Operations t) {
    t.op("interpolate", ResampleCases::interpolate);
    t.op("pixel_shuffle", c -> Interpolation.pixelShuffle(c.x(), c.integer("factor")));
    t.op("pixel_unshuffle", c -> Interpolation.pixelUnshuffle(c.x(), c.integer("factor")));
    t.op(
        "affine_grid",
        c ->
            GridSampling.affineGrid(
                c.in("theta"), Shape.of(c.longs("size")), c.flag("align_corners")));
    t.op(
        "grid_sample",
        c ->
            GridSampling.gridSample(
                c.x(),
                c.in("grid"),
                gridMode(c.text("mode")),
                GridSampling.Padding.valueOf(c.text("padding_mode").toUpperCase(Locale.ROOT)),
                c.flag("align_corners")));
  }

  private static Tensor interpolate(Context c) {
    Interpolation.Mode mode = mode(c.text("mode"));
    boolean align = c.flag("align_corners");
    return c.has("size")
        ? Interpolation.interpolate(c.x(), c.longs("size"), mode, align)
        : Interpolation.interpolate(c.x(), c.attributes().numbers("scale_factor"), mode, align);
  }

  private static Interpolation.Mode mode(String name) {
    return switch (name) {
      case "nearest" -> Interpolation.Mode.NEAREST;
      case "nearest-exact" -> Interpolation.Mode.NEAREST_EXACT;
      case "linear", "bilinear", "trilinear" -> Interpolation.Mode.LINEAR;
      case "bicubic" -> Interpolation.Mode.CUBIC;
      case "area" -> Interpolation.Mode.AREA;
      default -> throw new FormatException("Unknown interpolation " + name);
    };
  }

  private static GridSampling.Mode gridMode(String name) {
    return switch (name) {
      case "nearest" -> GridSampling.Mode.NEAREST;
      case "bilinear" -> GridSampling.Mode.LINEAR;
      case "bicubic" -> GridSampling.Mode.CUBIC;
      default -> throw new FormatException("Unknown interpolation " + name);
    };
  }
}
