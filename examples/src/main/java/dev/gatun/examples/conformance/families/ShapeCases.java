package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.tensor.Convolutions;
import dev.gatun.tensor.Diagonals;
import dev.gatun.tensor.Grids;
import dev.gatun.tensor.Padding;
import dev.gatun.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Rearranging elements. */
final class ShapeCases {
  private ShapeCases() {}

  static void addTo(Operations t) {
    t.op("cat", c -> Tensor.concat(c.integer("dim"), operands(c)));
    t.op("stack", c -> Tensor.stack(c.integer("dim"), operands(c)));
    t.ops("chunk", c -> numbered(c.x().chunk(c.integer("chunks"), c.integer("dim"))));
    t.ops("split", c -> numbered(c.x().split(c.longs("sizes"), c.integer("dim"))));
    t.op("diag_embed", c -> Diagonals.diagEmbed(c.x()));
    t.op("diag_vector", c -> Diagonals.diag(c.x(), c.integer("diagonal", 0)));
    t.op(
        "diagonal",
        c -> Diagonals.diagonal(c.x(), c.integer("offset"), c.integer("dim1"), c.integer("dim2")));
    t.op("trace", c -> Diagonals.trace(c.x()));
    t.ops("meshgrid", ShapeCases::meshgrid);
    t.op("expand", c -> c.x().expand(c.longs("shape")));
    t.op("flatten", c -> c.x().flatten(c.integer("start"), c.integer("end")));
    t.op(
        "fold_col2im",
        c ->
            Convolutions.fold(
                c.x(),
                c.longs("output_size"),
                c.ints("kernel"),
                c.attributes().ints("stride", 2, 1),
                c.attributes().ints("padding", 2, 0),
                c.attributes().ints("dilation", 2, 1)));
    t.op(
        "unfold_im2col",
        c ->
            Convolutions.unfold(
                c.x(),
                c.ints("kernel"),
                c.attributes().ints("stride", 2, 1),
                c.attributes().ints("padding", 2, 0),
                c.attributes().ints("dilation", 2, 1)));
    t.op("flip", c -> c.x().flip(c.ints("dims")));
    t.op("movedim", c -> c.x().movedim(c.ints("source"), c.ints("destination")));
    t.op("narrow", c -> c.x().narrow(c.integer("dim"), c.integer("start"), c.integer("length")));
    t.op("pad", ShapeCases::pad);
    t.op("permute", c -> c.x().permute(c.ints("dims")));
    t.op("repeat", c -> c.x().repeat(c.longs("repeats")));
    t.op("repeat_interleave", c -> c.x().repeatInterleave(c.integer("repeats"), c.integer("dim")));
    t.op("reshape", c -> c.x().reshape(c.longs("shape")));
    t.op("roll", c -> c.x().roll(c.longs("shifts"), c.ints("dims")));
    t.op("rot90", c -> c.x().rot90(c.integer("k"), c.ints("dims")[0], c.ints("dims")[1]));
    t.op(
        "slice_step",
        c ->
            c.x()
                .slice(c.integer("dim"), c.integer("start"), c.integer("stop"), c.integer("step")));
    t.op("squeeze", c -> c.x().squeeze(c.integer("dim")));
    t.op("transpose", c -> c.x().transpose(c.integer("dim0"), c.integer("dim1")));
    t.op("tril", c -> c.x().tril(c.integer("diagonal", 0)));
    t.op("triu", c -> c.x().triu(c.integer("diagonal", 0)));
    t.op("unfold_dim", c -> c.x().unfold(c.integer("dim"), c.integer("size"), c.integer("step")));
    t.op("unsqueeze", c -> c.x().unsqueeze(c.integer("dim")));
  }

  private static Tensor[] operands(Context c) {
    return c.inputs().values().toArray(Tensor[]::new);
  }

  private static Tensor pad(Context c) {
    return c.text("mode").equals("constant")
        ? Padding.pad(c.x(), c.number("value"), c.longs("pad"))
        : Padding.pad(
            c.x(), Padding.Mode.valueOf(c.text("mode").toUpperCase(Locale.ROOT)), c.longs("pad"));
  }

  private static Map<String, Tensor> meshgrid(Context c) {
    Tensor[] grids =
        c.text("indexing").equals("ij")
            ? Grids.meshgrid(c.a(), c.b())
            : Grids.meshgridXy(c.a(), c.b());
    return Map.of("ya", grids[0], "yb", grids[1]);
  }

  /** Results named y0, y1, … */
  private static Map<String, Tensor> numbered(Tensor[] parts) {
    Map<String, Tensor> out = new LinkedHashMap<>();
    for (int i = 0; i < parts.length; i++) {
      out.put("y" + i, parts[i]);
    }
    return out;
  }
}
