package dev.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.tensor.Diagonals;
import dev.gatun.tensor.Index;
import dev.gatun.tensor.Indexing;
import dev.gatun.tensor.Padding;
import dev.gatun.tensor.Scans;
import dev.gatun.tensor.ScatterReduction;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Sorting;
import dev.gatun.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tensor methods that are made of other ops, first and second order, on distinct numbers. */
final class TensorMethodGradientsTest {

  record Method(String name, Function<Tensor, Tensor> function) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Tensor index(long... values) {
    return Tensor.of(values);
  }

  /** Functions of a [3, 4] tensor. */
  static Iterable<Method> methods() {
    Map<String, Function<Tensor, Tensor>> m = new LinkedHashMap<>();
    m.put("clamp", x -> x.clamp(-0.5, 0.8));
    m.put("lerp", x -> x.lerp(x.square(), x));
    m.put("fmax", x -> x.fmax(x.neg()));
    m.put("logaddexp", x -> x.logaddexp(x.flip(1)));
    m.put("logsumexp", x -> x.logsumexp(1));
    m.put("var", x -> x.var(0, true, 1));
    m.put("std", x -> x.std(0));
    m.put("norm", x -> x.norm(1));
    m.put("norm 1", x -> x.norm(1, false, 0));
    m.put("norm 3", x -> x.norm(3, true, 1));
    m.put("norm 0.5", x -> x.norm(0.5, false, 1));
    m.put("norm inf", x -> x.norm(Double.POSITIVE_INFINITY, false, 1));
    m.put("max", x -> x.max(1).values());
    m.put("min", x -> x.min(true, 0).values());
    m.put("median", x -> x.median(1).values());
    m.put("kth", x -> Sorting.kthValue(x, 3, 1, true).values());
    m.put("topk", x -> x.topk(2).values());
    m.put("unique", x -> Sorting.unique(x).values());
    m.put("cummax", x -> Scans.cummax(x, 1).values());
    m.put("logcumsumexp", x -> Scans.logcumsumexp(x, 1));
    m.put("tile", x -> x.tile(2, 1, 2));
    m.put("repeatInterleave", x -> x.repeatInterleave(index(0, 2, 1), 0));
    m.put("roll", x -> x.roll(1, 1));
    m.put("rot90", x -> x.rot90(1, 0, 1));
    m.put("unfold", x -> x.unfold(1, 2, 1));
    m.put("tril", x -> x.tril(1));
    m.put("diagonal", x -> Diagonals.diagonal(x, -1, 0, 1));
    m.put("diagEmbed", x -> Diagonals.diagEmbed(x, 1, 0, 2));
    m.put("split", x -> Tensor.concat(1, x.split(3, 1)[1], x.chunk(2, 1)[0]));
    m.put("stack", x -> Tensor.stack(1, x, x.square()));
    m.put("maskedSelect", x -> x.maskedSelect(x.gt(0)));
    m.put("maskedFill", x -> x.maskedFill(x.gt(0), 3));
    m.put("maskedScatter", x -> Indexing.maskedScatter(x, x.gt(0), x.square()));
    m.put("take", x -> x.take(index(0, -1, 3, 3)));
    m.put("put", x -> Indexing.put(x, index(1, 5), x.square().take(index(0, 1)), false));
    m.put("indexCopy", x -> Indexing.indexCopy(x, 1, index(3), x.square().narrow(1, 0, 1)));
    m.put("indexAdd", x -> x.indexAdd(0, index(2, 2), x.square().narrow(0, 0, 2), 0.5));
    m.put("reflect", x -> Padding.pad(x, Padding.Mode.REFLECT, 2, 1));
    m.put("circular", x -> Padding.pad(x, Padding.Mode.CIRCULAR, 1, 1, 2, 0));
    m.put("get", x -> x.get(Index.every(-2), Index.of(index(0, -1))));
    m.put("with", x -> x.with(x.square().select(1, 0), Index.all(), Index.at(2)));
    m.put("indexPut", x -> x.indexPut(x.square(), true, Index.of(index(1, 1, 0))));
    for (ScatterReduction r : ScatterReduction.values()) {
      for (boolean self : new boolean[] {true, false}) {
        Tensor at = index(0, 2, 0, 0, 1, 2, 2, 2).reshape(2, 4);
        m.put(
            "scatterReduce " + r + self,
            x -> x.scatterReduce(0, at, x.square().add(2.2).narrow(0, 0, 2), r, self));
      }
    }
    return m.entrySet().stream().map(e -> new Method(e.getKey(), e.getValue())).toList();
  }

  @ParameterizedTest
  @MethodSource("methods")
  void followDifferences(Method method) {
    try (Scope _ = Scope.open()) {
      double[] values = {1.1, -0.7, 0.3, 2.1, -1.4, 0.6, -0.2, 0.9, -1.9, 1.6, -1.0, 0.45};
      Tensor x = Tensor.of(values, Shape.of(3, 4));
      GradientCheck.of(in -> method.function().apply(in[0])).secondOrder(true).check(x);
    }
  }

  private static double[] gradient(Function<Tensor, Tensor> f, double... values) {
    try (Scope _ = Scope.open();
        Tape tape = Tape.record()) {
      Tensor x = Tensor.of(values).requiresGrad(true);
      return tape.gradients(f.apply(x).sum()).get(x).toDoubleArray();
    }
  }

  /** Where the slope is undefined, PyTorch's choice. */
  @Test
  void conventionsAtKinks() {
    assertThat(gradient(x -> x.clamp(0.0, 1.0), -1, 0, 0.5, 1, 2)).containsExactly(0, 1, 1, 1, 0);
    assertThat(gradient(x -> x.norm(), 0, 0)).containsExactly(0, 0);
    assertThat(gradient(x -> x.norm(3, false), 0, 0)).containsExactly(0, 0);
    assertThat(gradient(x -> x.norm(0.5, false), 0, 4)).containsExactly(0, 1);
    assertThat(gradient(x -> x.norm(Double.POSITIVE_INFINITY, false), 2, -2, 1))
        .containsExactly(0.5, -0.5, 0);
    assertThat(gradient(x -> x.std(), 1, 1)).containsExactly(0, 0);
    assertThat(gradient(x -> x.max(0).values(), 1, 3, 3)).containsExactly(0, 1, 0);
    assertThat(gradient(x -> x.fmax(x.detach().mul(0).add(1)), 1, 2, 0)).containsExactly(1, 1, 0);
    double inf = Double.POSITIVE_INFINITY;
    assertThat(gradient(x -> x.logsumexp(), -inf, 0)).containsExactly(0, 1);
  }
}
