package dev.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.tensor.GatunException;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class GradientsTest {
  @Test
  void clipsByTheGlobalNorm() {
    try (Scope _ = Scope.open()) {
      Tensor a = Tensor.of(3.0, 0).requiresGrad(true);
      Tensor b = Tensor.of(2.0).requiresGrad(true);
      try (Tape tape = Tape.record()) {
        Gradients g = tape.gradients(a.square().sum().mul(0.5).add(b.square().sum()));
        assertThat(g.globalNorm().item()).isCloseTo(5, within(1e-12)); // of (3, 0) and (4)
        Gradients small = g.clipByNorm(1);
        double scale = 1 / (5 + 1e-6);
        assertThat(small.get(a).toDoubleArray()[0]).isCloseTo(3 * scale, within(1e-12));
        assertThat(small.get(b).item()).isCloseTo(4 * scale, within(1e-12));
        assertThat(g.clipByNorm(6).get(b).item()).isEqualTo(4);
        assertThat(g.clipByValue(3.5).get(b).item()).isEqualTo(3.5);
        assertThat(g.clipByValue(3.5).get(a).toDoubleArray()).containsExactly(3, 0);
      }
    }
  }

  @Test
  void canBeWalkedAndKept() {
    try (Scope _ = Scope.open()) {
      Tensor a = Tensor.of(3.0).requiresGrad(true);
      Tensor b = Tensor.of(2.0).requiresGrad(true);
      Gradients kept;
      try (Tape tape = Tape.record()) {
        kept = tape.keep(tape.gradients(a.mul(b)));
      }
      List<Double> seen = new ArrayList<>();
      kept.forEach((t, g) -> seen.add(t.item() * g.item()));
      assertThat(seen).containsExactly(6.0, 6.0);
      for (Gradients.Entry e : kept) {
        assertThat(e.tensor()).isIn(a, b);
        assertThat(e.gradient().isClosed()).isFalse();
      }
    }
  }

  @Test
  void canBeMade() {
    try (Scope _ = Scope.open()) {
      Tensor a = Tensor.of(3.0, 4);
      Gradients g = Gradients.of(Map.of(a, Tensor.of(1.0, 2)));
      assertThat(g.map(t -> t.mul(2.0)).get(a).toDoubleArray()).containsExactly(2, 4);
      assertThatThrownBy(() -> Gradients.of(Map.of(a, Tensor.of(1.0))))
          .isInstanceOf(ShapeException.class)
          .hasMessage("Expected a gradient of shape [2], got shape [1]");
    }
  }

  @Test
  void checkAcceptsRightGradients() {
    try (Scope _ = Scope.open()) {
      Gradients.check(in -> in[0].mul(in[1]).sin(), Tensor.of(1.0, 2), Tensor.of(0.5));
    }
  }

  @Test
  void checkNamesTheElementThatIsWrong() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(1.0, 2, 3);
      assertThatThrownBy(() -> Gradients.check(in -> in[0].mul(in[0].detach()), x))
          .isInstanceOf(GatunException.class)
          .hasMessageContaining("gradient with respect to input 0 at [0] is ")
          .hasMessageContaining("by central differences");
      // Of three elements, two are looked at: the first and the second.
      Tensor last = Tensor.of(0.0, 0, 1);
      var wrong = GradientCheck.of(in -> in[0].square().add(in[0].detach().mul(last)));
      wrong.atMost(2).check(x);
      assertThatThrownBy(() -> wrong.check(x)).hasMessageContaining("input 0 at [2]");
      // x^2 with the right gradient, which itself seems not to depend on x.
      var constant = GradientCheck.of(in -> twice(in[0]).mul(in[0]).sub(in[0].detach().square()));
      constant.check(x);
      assertThatThrownBy(() -> constant.secondOrder(true).check(x))
          .isInstanceOf(GatunException.class)
          .hasMessageContaining("second-order gradient with respect to input 0 at [0]");
      assertThatThrownBy(() -> Gradients.check(in -> in[0].abs(), Tensor.of(1L)))
          .hasMessageContaining("float64");
    }
  }

  private static Tensor twice(Tensor x) {
    return x.detach().mul(2.0);
  }
}
