package dev.gatun.autograd;

import static dev.gatun.autograd.Case.any;
import static dev.gatun.autograd.Case.between;
import static dev.gatun.autograd.Case.f64;
import static dev.gatun.autograd.Case.index;
import static dev.gatun.autograd.Case.mask;
import static dev.gatun.autograd.Case.positive;

import dev.gatun.tensor.Activations;
import dev.gatun.tensor.Diagonals;
import dev.gatun.tensor.Indexing;
import dev.gatun.tensor.Interpolation;
import dev.gatun.tensor.Linalg;
import dev.gatun.tensor.Norms;
import dev.gatun.tensor.Scans;
import dev.gatun.tensor.ScatterReduction;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Sorting;
import dev.gatun.tensor.Special;
import dev.gatun.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Public functions that are made of several ops, to second order. */
final class ComposedGradientsTest {

  @ParameterizedTest
  @MethodSource({"elementwise", "reductions", "moves", "products", "layers"})
  void agreesWithCentralDifferences(Case sample) {
    try (Scope _ = Scope.open()) {
      sample.check();
    }
  }

  static List<Case> elementwise() {
    return List.of(
        Case.of("fmax", in -> in[0].fmax(in[1]), any(4), between(-1.9, 2.1, 4)),
        Case.of("fmin", in -> in[0].fmin(in[1]), any(4), between(-1.9, 2.1, 4)),
        Case.of("logaddexp", in -> in[0].logaddexp(in[1]), any(4), between(-1.9, 2.1, 4)),
        Case.of("xlogy", in -> Special.xlogy(in[0], in[1]), any(4), positive(4)),
        Case.of("xlog1py", in -> Special.xlog1py(in[0], in[1]), any(4), positive(4)),
        Case.map("clamp", x -> x.clamp(-1.01, 0.7), any(6)),
        Case.of("lerp", in -> in[0].lerp(in[1], in[2]), any(3), positive(3), positive(3)),
        Case.of("addcmul", in -> in[0].addcmul(in[1], in[2], 0.3), any(3), any(3), any(1)),
        Case.of("addcdiv", in -> in[0].addcdiv(in[1], in[2], 0.3), any(3), any(3), positive(3)),
        Case.map("logit", Special::logit, between(0.1, 0.9, 4)),
        Case.map("elu", x -> Activations.elu(x, 1.3), any(4)),
        Case.map("selu", Activations::selu, any(4)),
        Case.map("leaky relu", x -> Activations.leakyRelu(x, 0.1), any(4)),
        Case.map("hardtanh", x -> Activations.hardtanh(x, -1, 1), any(4)),
        Case.map("hardsigmoid", Activations::hardsigmoid, between(-4, 4, 5)),
        Case.map("hardswish", Activations::hardswish, between(-4, 4, 5)),
        Case.map("hardshrink", x -> Activations.hardshrink(x, 0.5), any(4)),
        Case.map("softshrink", x -> Activations.softshrink(x, 0.5), any(4)),
        Case.map("tanhshrink", Activations::tanhshrink, any(4)),
        Case.map("softsign", Activations::softsign, any(4)),
        Case.map("softmin", x -> Activations.softmin(x, 0), any(3)));
  }

  static List<Case> reductions() {
    return List.of(
        Case.map("logsumexp", x -> x.logsumexp(1), any(2, 3)),
        Case.map("var", x -> x.var(1), any(2, 3)),
        Case.map("std", x -> x.std(0.0, true, 0), any(3, 2)),
        Case.map("norm", x -> x.norm(1), any(2, 3)),
        Case.map("1-norm", x -> x.norm(1, false, 0), any(3, 2)),
        Case.map("3-norm", x -> x.norm(3, false, 0), any(3, 2)),
        Case.map("half norm", x -> x.norm(0.5, false, 0), any(3, 2)),
        Case.map("max norm", x -> x.norm(Double.POSITIVE_INFINITY, false, 0), any(3, 2)),
        Case.map("max", x -> x.max(1).values(), any(2, 3)),
        Case.map("min", x -> x.min(true, 0).values(), any(2, 3)),
        Case.map("median", x -> x.median(1).values(), any(2, 3)),
        Case.map("topk", x -> x.topk(2, 1, true).values(), any(2, 4)),
        Case.map("kth value", x -> Sorting.kthValue(x, 2, 1, false).values(), any(2, 3)),
        Case.map("cummax", x -> Scans.cummax(x, 1).values(), any(2, 4)),
        Case.map("cummin", x -> Scans.cummin(x, 0).values(), any(3, 2)),
        Case.map("logcumsumexp", x -> Scans.logcumsumexp(x, 1), any(2, 5)));
  }

  static List<Case> moves() {
    Tensor at = index(Shape.of(2, 3), 0, 2, 1, 2, 2, 0);
    Tensor chosen = mask(Shape.of(2, 3), true, false, true, false, true, true);
    return List.of(
        Case.map("roll", x -> x.roll(2, 1), any(2, 3)),
        Case.map("rot90", x -> x.rot90(1, 0, 1), any(2, 3)),
        Case.map("tile", x -> x.tile(2, 2), any(1, 3)),
        Case.map("repeat interleave", x -> x.repeatInterleave(2, 0), any(3, 2)),
        Case.map("unfold", x -> x.unfold(1, 3, 2), any(2, 7)),
        Case.map("split", x -> x.split(2, 0)[1].mul(x.split(2, 0)[0].sum()), any(5, 2)),
        Case.map("tril", x -> x.tril(-1), any(3, 3)),
        Case.map("triu", Tensor::triu, any(2, 3)),
        Case.of("stack", in -> Tensor.stack(1, in), any(2, 3), positive(2, 3)),
        Case.map("diag", x -> Diagonals.diag(x, 1), any(3)),
        Case.map("diagonal", x -> Diagonals.diagonal(x, -1, 0, 1), any(3, 3)),
        Case.map("trace", Diagonals::trace, any(3, 3)),
        Case.map("masked fill", x -> x.maskedFill(chosen, 7), any(2, 3)),
        Case.map("masked select", x -> x.maskedSelect(chosen), any(2, 3)),
        Case.of(
            "masked scatter",
            in -> Indexing.maskedScatter(in[0], chosen, in[1]),
            any(2, 3),
            any(6)),
        Case.map("take", x -> x.take(at), any(2, 2)),
        Case.of("put", in -> Indexing.put(in[0], at, in[1], true), any(3, 2), positive(2, 3)),
        Case.of(
            "scatter mean",
            in -> in[0].scatterReduce(0, at, in[1], ScatterReduction.MEAN, true),
            any(3, 3),
            positive(2, 3)),
        Case.of(
            "scatter greatest",
            in -> in[0].scatterReduce(0, at, in[1], ScatterReduction.AMAX, false),
            any(3, 3),
            positive(2, 3)));
  }

  static List<Case> products() {
    Tensor square = f64(Shape.of(3, 3), 3, 0.5, -0.2, 0.7, 2.5, 0.3, -0.4, 0.6, 2);
    return List.of(
        Case.of(
            "addmm", in -> Linalg.addmm(in[0], in[1], in[2], 0.5, 2), any(2), any(2, 3), any(3, 2)),
        Case.of("outer", in -> Linalg.outer(in[0], in[1]), any(2), any(3)),
        Case.of("kron", in -> Linalg.kron(in[0], in[1]), any(2, 1), any(2, 2)),
        Case.of("cross", in -> Linalg.cross(in[0], in[1], 1), any(2, 3), positive(2, 3)),
        Case.map("einsum of a diagonal", x -> Linalg.einsum("ii->i", x), any(3, 3)),
        Case.map("matrix power", x -> Linalg.matrixPower(x, 3), any(2, 2)),
        Case.map("inverse power", x -> Linalg.matrixPower(x, -2), square),
        Case.map("inverse", Linalg::inverse, square),
        Case.map("logdet", Linalg::logdet, square),
        Case.of(
            "bilinear",
            in -> Linalg.bilinear(in[0], in[1], in[2], in[3]),
            any(2, 2),
            any(2, 3),
            any(2, 2, 3),
            any(2)));
  }

  static List<Case> layers() {
    return List.of(
        Case.map(
            "nearest",
            x -> Interpolation.interpolate(x, new long[] {4, 5}, Interpolation.Mode.NEAREST, false),
            any(1, 1, 3, 3)),
        Case.of(
            "rms norm",
            in -> Norms.rmsNorm(in[0], Shape.of(3), in[1], 1e-6),
            any(2, 3),
            positive(3)),
        Case.map("instance norm", x -> Norms.instanceNorm(x, null, null, 1e-5), any(2, 2, 3)));
  }
}
