package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class EinsumProperties {
  private static final String LETTERS = "aBcDe";

  /** Any terms, letters twice in one and in none of the output included. */
  @Property(tries = 300)
  void isTheLoopOverAllLetters(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<Character, Integer> sizes = new TreeMap<>();
    for (int i = 0; i < LETTERS.length(); i++) {
      sizes.put(LETTERS.charAt(i), random.nextInt(1, 4));
    }
    List<String> terms = new ArrayList<>();
    int operands = random.nextInt(1, 4);
    StringBuilder seen = new StringBuilder();
    for (int i = 0; i < operands; i++) {
      StringBuilder term = new StringBuilder();
      int rank = random.nextInt(0, 4);
      for (int k = 0; k < rank; k++) {
        term.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
      }
      terms.add(term.toString());
      seen.append(term);
    }
    StringBuilder out = new StringBuilder();
    seen.chars()
        .distinct()
        .filter(_ -> random.nextBoolean())
        .forEach(c -> out.insert(random.nextInt(out.length() + 1), (char) c));
    try (Scope _ = Scope.open()) {
      Tensor[] in = new Tensor[operands];
      for (int i = 0; i < operands; i++) {
        long[] shape = terms.get(i).chars().mapToLong(c -> sizes.get((char) c)).toArray();
        in[i] = Naive.random(seed + i, shape);
      }
      String equation = String.join(",", terms) + "->" + out;
      Tensor y = Linalg.einsum(equation, in);
      assertThat(y.shape())
          .as(equation)
          .isEqualTo(Shape.of(out.chars().mapToLong(c -> sizes.get((char) c)).toArray()));
      assertThat(y.toDoubleArray())
          .as(equation)
          .containsExactly(naive(terms, out.toString(), sizes, in), within(1e-11));
    }
  }

  private static double[] naive(
      List<String> terms, String out, Map<Character, Integer> sizes, Tensor[] in) {
    List<Character> used =
        sizes.keySet().stream()
            .filter(c -> terms.stream().anyMatch(t -> t.indexOf(c) >= 0))
            .toList();
    long[] all = used.stream().mapToLong(sizes::get).toArray();
    long[] outShape = out.chars().mapToLong(c -> sizes.get((char) c)).toArray();
    double[][] values = new double[in.length][];
    for (int i = 0; i < in.length; i++) {
      values[i] = in[i].toDoubleArray();
    }
    double[] y = new double[Math.toIntExact(Shape.of(outShape).numel())];
    for (long p = 0; p < Shape.of(all).numel(); p++) {
      long[] at = Naive.unravel(p, all);
      double product = 1;
      for (int i = 0; i < in.length; i++) {
        product *= values[i][position(terms.get(i), used, at, in[i].shape().toArray())];
      }
      y[position(out, used, at, outShape)] += product;
    }
    return y;
  }

  private static int position(String term, List<Character> used, long[] at, long[] shape) {
    return Naive.ravel(term.chars().mapToLong(c -> at[used.indexOf((char) c)]).toArray(), shape);
  }

  @Example
  void anImplicitOutputIsInAlphabeticalOrderCapitalsFirst() {
    try (Scope _ = Scope.open()) {
      Tensor x = Naive.random(1, 2, 3, 4);
      assertThat(Linalg.einsum("bAa", x).shape()).isEqualTo(Shape.of(3, 4, 2));
      assertThat(Linalg.einsum("ij,jk", x.select(0, 0), x.select(0, 1).t()).shape())
          .isEqualTo(Shape.of(3, 3));
      assertThat(Linalg.einsum("ii", Naive.random(2, 3, 3)).rank()).isZero();
    }
  }

  @Example
  void anEllipsisBroadcasts() {
    try (Scope _ = Scope.open()) {
      Tensor a = Naive.random(1, 2, 1, 3, 4);
      Tensor b = Naive.random(2, 5, 4, 2);
      Tensor want = a.matmul(b);
      for (String equation : List.of("...ij,...jk->...ik", "...ij, ...jk", "...ij,...jk->...ik")) {
        Tensor y = Linalg.einsum(equation, a, b);
        assertThat(y.shape()).isEqualTo(want.shape());
        assertThat(y.toDoubleArray()).containsExactly(want.toDoubleArray(), within(1e-12));
      }
      assertThat(Linalg.einsum("...j->j...", a).shape()).isEqualTo(Shape.of(4, 2, 1, 3));
      assertThat(Linalg.einsum("i...->i", a).toDoubleArray())
          .containsExactly(a.sum(1, 2, 3).toDoubleArray(), within(1e-12));
    }
  }

  @Example
  void errorsNameWhatDoesNotFit() {
    try (Scope _ = Scope.open()) {
      Tensor a = Naive.random(1, 2, 3);
      assertMessage("ij,jk", "names 2 operands, got 1", a);
      assertMessage("ijk->i", "has the term 'ijk' for an operand of shape [2, 3]", a);
      assertMessage("ij,jk", "gives one label the sizes 3 and 2", a, a);
      assertMessage("ij->ik", "has 'k' in its output but in no operand", a);
      assertMessage("ij->ii", "has 'i' twice in its output", a);
      assertMessage("i1", "has '1' where a letter", a);
      assertMessage("i.j", "has", a);
    }
  }

  private static void assertMessage(String equation, String message, Tensor... operands) {
    assertThatThrownBy(() -> Linalg.einsum(equation, operands))
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith("einsum '" + equation + "' ")
        .hasMessageContaining(message);
  }
}
