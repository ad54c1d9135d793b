package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.tensor.Linalg;
import dev.gatun.tensor.Tensor;

/** Products, distances and factorisations of matrices. */
final class LinalgCases {
  private LinalgCases() {}

  static void addTo(Operations t) {
    t.op(
        "matmul",
        c -> flipped(c.a(), c.flag("transpose_a")).matmul(flipped(c.b(), c.flag("transpose_b"))));
    t.op("addmm", c -> Linalg.addmm(c.in("c"), c.a(), c.b(), c.number("beta"), c.number("alpha")));
    t.op(
        "baddbmm",
        c -> Linalg.baddbmm(c.in("c"), c.a(), c.b(), c.number("beta"), c.number("alpha")));
    t.op("bilinear", c -> Linalg.bilinear(c.a(), c.b(), c.in("weight"), c.optional("bias")));
    t.op("linear", c -> Linalg.linear(c.x(), c.in("weight"), c.optional("bias")));
    t.op("outer", c -> Linalg.outer(c.a(), c.b()));
    t.op("cross", c -> Linalg.cross(c.a(), c.b(), c.integer("dim")));
    t.op("einsum", LinalgCases::einsum);
    t.op("cdist", c -> Linalg.cdist(c.a(), c.b(), c.number("p")));
    t.op(
        "cosine_similarity",
        c -> Linalg.cosineSimilarity(c.a(), c.b(), c.integer("dim"), c.number("eps")));
    t.op(
        "pairwise_distance",
        c -> Linalg.pairwiseDistance(c.a(), c.b(), c.number("p"), c.number("eps"), false));
    t.op("cholesky", c -> Linalg.cholesky(c.a()));
    t.op("solve", c -> Linalg.solve(c.a(), c.b()));
    t.op("inverse", c -> Linalg.inverse(c.a()));
    t.op("det", c -> Linalg.det(c.a()));
    t.op("logdet", c -> Linalg.logdet(c.a()));
    t.op("eigvalsh", c -> Linalg.eigvalsh(c.a()));
  }

  private static Tensor flipped(Tensor x, boolean transpose) {
    return transpose ? x.t() : x;
  }

  private static Tensor einsum(Context c) {
    return Linalg.einsum(c.text("equation"), c.inputs().values().toArray(Tensor[]::new));
  }
}
