package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IndexingTest {
  private Scope scope;
  private Tensor x;

  @BeforeEach
  void open() {
    scope = Scope.open();
    x = Tensor.arange(6).reshape(2, 3);
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static void isText(Tensor t, String... rows) {
    assertThat(t.toText()).isEqualTo(String.join("\n", rows));
  }

  @Test
  void expressions() {
    isText(x.get(Index.at(-1)), "[3 4 5]");
    isText(x.get(Index.ellipsis(), Index.every(-1)), "[[2 1 0]", " [5 4 3]]");
    isText(x.get(Index.all(), Index.from(1)), "[[1 2]", " [4 5]]");
    isText(x.get(Index.of(x.gt(3))), "[4 5]");
    isText(x.get(Index.all(), Index.of(Tensor.of(-1, 0))), "[[2 0]", " [5 3]]");
    assertThat(x.get(Index.newAxis(), Index.at(0)).shape()).isEqualTo(Shape.of(1, 3));
    assertThat(x.get().shape()).isEqualTo(x.shape());
    // As in PyTorch, and unlike NumPy, the position is applied before the tensors are placed.
    Tensor t = Tensor.ones(Shape.of(2, 3, 4));
    assertThat(t.get(Index.at(0), Index.all(), Index.of(Tensor.of(1, 2))).shape())
        .isEqualTo(Shape.of(3, 2));
    Tensor yes = Tensor.of(true).reshape();
    assertThat(x.get(Index.of(yes)).shape()).isEqualTo(Shape.of(1, 2, 3));
    assertThat(x.get(Index.of(yes.not())).shape()).isEqualTo(Shape.of(0, 2, 3));
  }

  @Test
  void wrongExpressions() {
    Index all = Index.all();
    assertThatThrownBy(() -> x.get(all, all, all))
        .isInstanceOf(ShapeException.class)
        .hasMessage("Too many indices: 3 axes are indexed, shape [2, 3] has 2");
    assertThatThrownBy(() -> x.get(Index.ellipsis(), Index.ellipsis()))
        .hasMessage("An index expression takes at most one ellipsis");
    assertThatThrownBy(() -> x.get(Index.of(Tensor.of(true, false, true))))
        .hasMessage("A mask of shape [3] does not fit axes 0 to 0 of the indexed shape [2, 3]");
    assertThatThrownBy(() -> Index.of(Tensor.of(1f)))
        .isInstanceOf(DTypeException.class)
        .hasMessage("An index tensor needs an integer dtype or bool, got float32");
    assertThatThrownBy(() -> x.get(Index.of(Tensor.of(0, 2)))).isInstanceOf(GatunException.class);
    assertThatThrownBy(() -> x.get(Index.of(Tensor.of(0)), Index.of(Tensor.of(3))))
        .isInstanceOf(GatunException.class);
    assertThatThrownBy(() -> x.get(Index.of(Tensor.of(1)), Index.of(Tensor.of(-4))))
        .isInstanceOf(GatunException.class);
    assertThatThrownBy(() -> x.with(Tensor.of(1, 2), Index.at(0)))
        .hasMessageContaining("Cannot expand shape [2] to [3]");
  }

  @Test
  void positionsAndMasks() {
    isText(x.take(Tensor.of(-1, 0)), "[5 0]");
    isText(
        Indexing.put(x, Tensor.of(0, 0, -1), Tensor.of(7L, 1L, 2L), true), "[[8 1 2]", " [3 4 7]]");
    isText(Indexing.put(x, Tensor.of(1), Tensor.of(9L), false), "[[0 9 2]", " [3 4 5]]");
    isText(Indexing.indexFill(x, 1, Tensor.of(0, 2), -1), "[[-1  1 -1]", " [-1  4 -1]]");
    isText(
        Indexing.indexCopy(x, 0, Tensor.of(1), Tensor.of(7L, 8L, 9L).reshape(1, 3)),
        "[[0 1 2]",
        " [7 8 9]]");
    isText(x.maskedFill(x.gt(2), 0), "[[0 1 2]", " [0 0 0]]");
    isText(x.maskedSelect(Tensor.of(true, false, true)), "[0 2 3 5]");
    isText(Indexing.maskedScatter(x, x.gt(3), Tensor.of(7L, 8L, 9L)), "[[0 1 2]", " [3 7 8]]");
    isText(Tensor.of(1, 0).oneHot(3), "[[0 1 0]", " [1 0 0]]");
    assertThatThrownBy(() -> Indexing.maskedScatter(x, x.gt(1), Tensor.of(1L)))
        .hasMessageContaining("needs 4 elements for its mask");
    assertThatThrownBy(() -> x.maskedSelect(x))
        .isInstanceOf(DTypeException.class)
        .hasMessage("maskedSelect needs a bool mask, got dtype int64");
    assertThatThrownBy(() -> x.gather(0, Tensor.of(0f)))
        .isInstanceOf(DTypeException.class)
        .hasMessage("gather needs an integer index, got dtype float32");
    assertThatThrownBy(() -> x.indexSelect(0, x))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("needs the index of rank 1, got shape [2, 3]");
    assertThatThrownBy(() -> Tensor.of(3).oneHot(3)).isInstanceOf(GatunException.class);
    assertThatThrownBy(() -> x.indexSelect(0, Tensor.of(-1))).isInstanceOf(GatunException.class);
  }

  @Test
  void scatterReductions() {
    Tensor start = Tensor.of(10L, 20L, 30L);
    Tensor index = Tensor.of(0, 0, 1);
    Tensor source = Tensor.of(1L, 4L, 2L);
    for (boolean self : new boolean[] {true, false}) {
      isText(
          start.scatterReduce(0, index, source, ScatterReduction.SUM, self),
          self ? "[15 22 30]" : "[ 5  2 30]");
      isText(
          start.scatterReduce(0, index, source, ScatterReduction.PROD, self),
          self ? "[40 40 30]" : "[ 4  2 30]");
      isText(
          start.scatterReduce(0, index, source, ScatterReduction.MEAN, self),
          self ? "[ 5 11 30]" : "[ 2  2 30]");
      isText(
          start.scatterReduce(0, index, source, ScatterReduction.AMAX, self),
          self ? "[10 20 30]" : "[ 4  2 30]");
      isText(start.scatterReduce(0, index, source, ScatterReduction.AMIN, self), "[ 1  2 30]");
    }
    isText(Tensor.zeros(Shape.of(2)).scatterAdd(0, Tensor.of(1, 1), Tensor.of(2f, 3f)), "[0. 5.]");
  }

  @Test
  void orderStatistics() {
    Tensor v = Tensor.of(3.0, 1.0, 2.0, 1.0);
    isText(v.topk(2).values(), "[3. 2.]");
    isText(v.topk(2, 0, false).indices(), "[1 3]");
    isText(v.argsort(0, true), "[0 2 1 3]");
    assertThat(Sorting.kthValue(v, 3, 0, false).values().item()).isEqualTo(2);
    Sorting.Unique u = Sorting.unique(v.reshape(2, 2));
    isText(u.values(), "[1. 2. 3.]");
    isText(u.inverse(), "[[2 0]", " [1 0]]");
    isText(u.counts(), "[2 1 1]");
    assertThat(Sorting.unique(Tensor.of(Double.NaN, Double.NaN)).values().numel()).isEqualTo(2);
    assertThat(Sorting.unique(Tensor.zeros(Shape.of(0, 2))).inverse().shape())
        .isEqualTo(Shape.of(0, 2));
    Tensor sorted = Tensor.of(1.0, 3.0, 3.0, 7.0);
    Tensor at = Tensor.of(0.0, 3.0, 7.0, 8.0);
    isText(Sorting.searchSorted(sorted, at, false), "[0 1 3 4]");
    isText(Sorting.searchSorted(sorted, at, true), "[0 3 4 4]");
    isText(
        Sorting.searchSorted(
            Tensor.of(new int[][] {{1, 2}, {5, 6}}),
            Tensor.of(new int[][] {{2, 0}, {2, 9}}),
            false),
        "[[1 0]",
        " [0 2]]");
    assertThatThrownBy(() -> v.topk(5))
        .hasMessage("topk of 5 along axis -1 of shape [4] has too few elements");
    assertThatThrownBy(() -> Sorting.kthValue(v, 0, 0, false))
        .hasMessageContaining("k from 1 to 4");
  }

  @Test
  void runningExtremes() {
    double nan = Double.NaN;
    ValuesIndices m = Scans.cummax(Tensor.of(1.0, 3, 3, 2, nan, 5), 0);
    assertThat(m.values().toDoubleArray()).containsExactly(1, 3, 3, 3, nan, nan);
    isText(m.indices(), "[0 1 2 2 4 4]");
    isText(Scans.cummin(Tensor.of(2, 1, 1, 3), 0).indices(), "[0 1 2 2]");
    double inf = Double.POSITIVE_INFINITY;
    assertThat(Scans.logcumsumexp(Tensor.of(-inf, -1000.0, 0, 0, 1000), 0).toDoubleArray())
        .containsExactly(-inf, -1000, 0, Math.log(2), 1000);
  }

  @Test
  void histograms() {
    isText(Histograms.bincount(Tensor.of(1, 3, 1), 2), "[0 2 0 1]");
    isText(Histograms.bincount(Tensor.of(1, 0), Tensor.of(0.5, 2), 3), "[2.  0.5 0. ]");
    isText(Histograms.histc(Tensor.of(1.0, 2, 1, 4, 9, -1), 4, 0, 4), "[0. 2. 1. 1.]");
    assertThatThrownBy(() -> Histograms.bincount(x, 0)).hasMessageContaining("needs a vector");
    assertThatThrownBy(() -> Histograms.histc(x, 0, 0, 1)).hasMessageContaining("bins above 0");
  }
}
