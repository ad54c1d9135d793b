package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.tensor.Histograms;
import dev.gatun.tensor.Index;
import dev.gatun.tensor.Indexing;
import dev.gatun.tensor.ScatterReduction;
import dev.gatun.tensor.Sorting;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.ValuesIndices;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** Picking and placing elements by their positions. */
final class IndexCases {
  private IndexCases() {}

  static void addTo(Operations t) {
    t.op("gather", c -> c.x().gather(dim(c), index(c)));
    t.op("index_select", c -> c.x().indexSelect(dim(c), index(c)));
    t.op("index_add", c -> c.x().indexAdd(dim(c), index(c), c.in("src"), c.number("alpha")));
    t.op("masked_fill", c -> c.x().maskedFill(c.in("mask"), c.number("value")));
    t.op("masked_select", c -> c.x().maskedSelect(c.in("mask")));
    t.op("nonzero", c -> c.x().nonZero());
    t.op("one_hot", c -> c.x().oneHot(c.integer("num_classes")));
    t.op("scatter", c -> c.x().scatter(dim(c), index(c), c.in("src")));
    t.op("scatter_add", c -> c.x().scatterAdd(dim(c), index(c), c.in("src")));
    t.op("take", c -> c.x().take(index(c)));
    t.op("bincount", c -> Histograms.bincount(c.x(), c.integer("minlength", 0)));
    t.op("advanced_index", IndexCases::advanced);
    t.op(
        "index_put",
        c ->
            c.x()
                .indexPut(
                    c.in("v"), c.flag("accumulate"), Index.of(c.in("i")), Index.of(c.in("j"))));
    t.op("masked_scatter", c -> Indexing.maskedScatter(c.x(), c.in("mask"), c.in("src")));
    t.op(
        "scatter_reduce",
        c ->
            c.x()
                .scatterReduce(
                    dim(c),
                    index(c),
                    c.in("src"),
                    ScatterReduction.valueOf(c.text("reduce").toUpperCase(Locale.ROOT)),
                    c.flag("include_self")));
    t.op("searchsorted", c -> Sorting.searchSorted(c.in("sorted"), c.x(), c.flag("right")));
    t.ops("kthvalue", c -> named(Sorting.kthValue(c.x(), c.integer("k"), dim(c), false)));
    t.ops("unique", c -> unique(Sorting.unique(c.x())));
    t.ops("sort", c -> named(c.x().sort(dim(c), c.flag("descending"))));
    t.ops("topk", c -> named(c.x().topk(c.integer("k"), dim(c), c.flag("largest"))));
  }

  private static int dim(Context c) {
    return c.integer("dim");
  }

  private static Tensor index(Context c) {
    return c.in("index");
  }

  /** {@code y = x[i, :, j]}: whole axes, and index operands by their names. */
  private static Tensor advanced(Context c) {
    String expression = c.text("expr").replaceFirst(".*?\\[(.*?)\\].*", "$1");
    Index[] entries =
        Arrays.stream(expression.split(","))
            .map(String::strip)
            .map(e -> e.equals(":") ? Index.all() : Index.of(c.in(e)))
            .toArray(Index[]::new);
    return c.x().get(entries);
  }

  private static Map<String, Tensor> unique(Sorting.Unique u) {
    return Map.of("values", u.values(), "inverse", u.inverse(), "counts", u.counts());
  }

  /** Results named values and indices. */
  static Map<String, Tensor> named(ValuesIndices pair) {
    return Map.of("values", pair.values(), "indices", pair.indices());
  }
}
