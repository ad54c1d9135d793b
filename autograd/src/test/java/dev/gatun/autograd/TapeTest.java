package dev.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.tensor.Device;
import dev.gatun.tensor.Gatun;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TapeTest {
  @Test
  void givesTheGradientOfEveryLeaf() {
    try (Scope _ = Scope.open()) {
      Tensor w = Tensor.of(new double[] {1, 2, 3, 4}, Shape.of(2, 2)).requiresGrad(true);
      Tensor b = Tensor.of(0.5, -0.5).requiresGrad(true);
      Tensor x = Tensor.of(new double[] {1, 1}, Shape.of(1, 2));
      try (Tape tape = Tape.record()) {
        Gradients g = tape.gradients(x.matmul(w).add(b).square().sum());
        assertThat(g.get(w).toDoubleArray()).containsExactly(9, 11, 9, 11);
        assertThat(g.get(b).toDoubleArray()).containsExactly(9, 11);
        assertThat(g.find(x)).isEmpty();
        assertThat(g.size()).isEqualTo(2);
      }
    }
  }

  @Test
  void addsUpWhatComesByDifferentWays() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(3.0).requiresGrad(true);
      try (Tape tape = Tape.record()) {
        Tensor y = x.mul(x).add(x).mul(x); // x^3 + x^2
        assertThat(tape.gradients(y).get(x).item()).isEqualTo(33);
      }
    }
  }

  @Test
  void takesCotangentsAndSeveralResults() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(1.0, 2).requiresGrad(true);
      try (Tape tape = Tape.record().retain()) {
        Tensor y = x.square();
        Tensor z = x.exp();
        assertThat(tape.gradients(y, Tensor.of(1.0, 10)).get(x).toDoubleArray())
            .containsExactly(2, 40);
        Gradients g =
            tape.gradients(
                List.of(y, z), List.of(Tensor.of(1.0, 0), Tensor.of(1.0, 0)), List.of(x), false);
        assertThat(g.get(x).toDoubleArray()[0]).isCloseTo(2 + Math.E, within(1e-12));
        assertThat(g.get(x).toDoubleArray()[1]).isZero();
      }
    }
  }

  @Test
  void givesGradientsOfResultsInBetween() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(2.0).requiresGrad(true);
      try (Tape tape = Tape.record()) {
        Tensor h = x.square();
        Tensor y = h.mul(3.0).add(x);
        Gradients g = tape.gradients(List.of(y), List.of(y.onesLike()), List.of(h), false);
        assertThat(g.get(h).item()).isEqualTo(3);
        assertThat(g.find(x)).isEmpty();
      }
    }
  }

  @Test
  void givesGradientsOfGradients() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(2.0).requiresGrad(true);
      try (Tape tape = Tape.record()) {
        Tensor y = x.pow(4.0);
        for (double want : new double[] {32, 48, 48, 24}) {
          Tensor ones = y.onesLike();
          y = tape.gradients(List.of(y), List.of(ones), List.of(x), true).get(x);
          assertThat(y.item()).isEqualTo(want);
        }
      }
    }
  }

  @Test
  void nests() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(2.0).requiresGrad(true);
      try (Tape outer = Tape.record()) {
        Tensor first;
        try (Tape inner = Tape.record()) {
          first = inner.keep(inner.gradients(x.pow(3.0))).get(x);
        }
        assertThat(first.item()).isEqualTo(12);
        assertThat(outer.gradients(first).get(x).item()).isEqualTo(12);
      }
    }
  }

  @Test
  void recordsNothingUnderNoGrad() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(2.0).requiresGrad(true);
      try (Tape tape = Tape.record()) {
        Tensor constant = Tape.noGrad(x::square);
        assertThat(constant.requiresGrad()).isFalse();
        try (NoGrad _ = NoGrad.enter()) {
          assertThat(x.square().requiresGrad()).isFalse();
        }
        assertThat(tape.gradients(constant.mul(x)).get(x).item()).isEqualTo(4);
      }
    }
  }

  @Test
  void followsTensorsToOtherDevices() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(3.0).requiresGrad(true);
      try (Tape tape = Tape.record()) {
        Tensor y = x.square().to(Device.SCALAR).mul(2.0).square();
        Tensor first =
            tape.gradients(List.of(y), List.of(y.onesLike()), List.of(x), true).get(x); // 16 x^3
        assertThat(first.device()).isEqualTo(x.device());
        assertThat(first.item()).isEqualTo(432);
        assertThat(tape.gradients(first).get(x).item()).isEqualTo(432);
      }
    }
  }

  @Test
  void belongsToItsThread() throws InterruptedException {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(3.0).requiresGrad(true);
      try (Tape tape = Tape.record()) {
        Tensor y = x.square();
        Throwable[] thrown = new Throwable[1];
        boolean[] tracked = new boolean[1];
        Thread other =
            new Thread(() -> {
              tracked[0] = x.square().requiresGrad();
              try {
                tape.gradients(y);
              } catch (IllegalStateException e) {
                thrown[0] = e;
              }
            });
        other.start();
        other.join();
        assertThat(thrown[0]).hasMessageContaining("belongs to the thread");
        assertThat(tracked[0]).isFalse();
      }
    }
  }

  @Test
  void threadsShareLeavesButNotTapes() throws InterruptedException {
    try (Scope _ = Scope.open()) {
      Tensor w = Tensor.of(2.0).requiresGrad(true);
      double[] gradients = new double[4];
      Thread[] threads = new Thread[gradients.length];
      for (int i = 0; i < threads.length; i++) {
        int k = i;
        threads[i] =
            Thread.ofVirtual()
                .start(() -> {
                  for (int n = 0; n < 50; n++) {
                    try (Tape tape = Tape.record()) {
                      gradients[k] = tape.gradients(w.pow(3.0).mul((double) k)).get(w).item();
                    }
                  }
                });
      }
      for (Thread t : threads) {
        t.join();
      }
      assertThat(gradients).containsExactly(0, 12, 24, 36);
    }
  }

  @Test
  void anErrorInBackwardLeavesTheTapeUsable() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(2.0).requiresGrad(true);
      try (Tape tape = Tape.record()) {
        Tensor h = x.square();
        tape.onGradient(h, g -> Tensor.of(1.0, 2));
        assertThatThrownBy(() -> tape.gradients(h.mul(3.0)))
            .isInstanceOf(ShapeException.class)
            .hasMessageContaining("A hook changed a gradient of shape [1] to shape [2]");
        assertThat(tape.gradients(x.mul(5.0)).get(x).item()).isEqualTo(5);
      }
    }
  }

  @Test
  void stopsAtDetach() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(3.0).requiresGrad(true);
      try (Tape tape = Tape.record()) {
        assertThat(tape.gradients(x.square().detach().mul(x)).get(x).item()).isEqualTo(9);
      }
    }
  }

  @Test
  void hooksSeeAndChangeGradients() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(3.0).requiresGrad(true);
      try (Tape tape = Tape.record()) {
        Tensor h = x.mul(2.0);
        tape.onGradient(h, g -> g.mul(10.0));
        tape.onGradient(x, g -> g.add(1.0));
        assertThat(tape.gradients(h.square()).get(x).item()).isEqualTo(12 * 10 * 2 + 1);
      }
    }
  }

  @Test
  void saysWhatIsWrong() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(1.0, 2).requiresGrad(true);
      Tensor other = Tensor.of(1.0).requiresGrad(true);
      Tape tape = Tape.record();
      Tensor y = x.square();
      Tensor loss = y.sum();
      assertThatThrownBy(() -> tape.gradients(y))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("one element, got shape [2]");
      assertThatThrownBy(() -> tape.gradients(Tensor.scalar(1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("depends on no tensor that requires gradients");
      Gradients g = tape.gradients(loss);
      assertThatThrownBy(() -> g.get(other))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("No gradient for Tensor[float64, [1], cpu]");
      assertThatThrownBy(() -> tape.gradients(loss))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("already consumed");
      tape.close();
      tape.close();
      assertThatThrownBy(() -> tape.gradients(other)).hasMessageContaining("closed");
    }
  }

  @Test
  void refusesValuesThatWereChangedInPlace() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(1.0, 2).requiresGrad(true);
      Tensor c = Tensor.of(3.0, 4);
      try (Tape tape = Tape.record()) {
        Tensor loss = x.mul(c).sum();
        c.assign(Tensor.of(5.0, 6));
        assertThatThrownBy(() -> tape.gradients(loss))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("Input 1 of mul")
            .hasMessageContaining("changed in place");
        Tensor h = x.add(1.0);
        assertThatThrownBy(() -> h.assign(c))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("must not be changed in place");
        Tensor free = x.add(c).sum();
        c.assign(Tensor.of(7.0, 8)); // no gradient needs it
        assertThat(tape.gradients(free).get(x).toDoubleArray()).containsExactly(1, 1);
      }
    }
  }

  @Test
  void innerScopesMayCloseWhatBackwardNeeds() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(0.5, 1).requiresGrad(true);
      try (Tape tape = Tape.record()) {
        Tensor loss;
        try (Scope scope = Scope.open()) {
          loss = scope.keep(x.exp().sin().sum());
        }
        double[] g = tape.gradients(loss).get(x).toDoubleArray();
        assertThat(g[1]).isCloseTo(Math.cos(Math.E) * Math.E, within(1e-12));
      }
    }
  }

  @Test
  void leavesNothingBehind() {
    long before = Gatun.memory().live();
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.rand(Shape.of(32, 32)).requiresGrad(true);
      long leaf = Gatun.memory().live();
      try (Tape tape = Tape.record()) {
        Tensor loss = x.matmul(x).relu().softmax(1).square().sum();
        Tensor g = tape.gradients(List.of(loss), List.of(loss.onesLike()), List.of(x), true).get(x);
        tape.gradients(g.square().sum());
      }
      assertThat(Gatun.memory().live()).isLessThanOrEqualTo(leaf);
    }
    assertThat(Gatun.memory().live()).isLessThanOrEqualTo(before);
  }

  @Test
  void freesActivationsAsBackwardGoes() {
    long bytes = 64 * 1024 * 4;
    // Half: what other tests left to the collector may be freed meanwhile.
    assertThat(liveAtTheEndOfBackward(8, false)).isBetween(bytes / 2, 3 * bytes);
    assertThat(liveAtTheEndOfBackward(8, true)).isGreaterThanOrEqualTo(8 * bytes);
  }

  /** Bytes in use when the gradient of the first of several layers is known. */
  private static long liveAtTheEndOfBackward(int layers, boolean retain) {
    long[] seen = new long[1];
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.rand(Shape.of(64, 1024)).requiresGrad(true);
      try (Tape tape = Tape.record()) {
        long before = Gatun.memory().live();
        Tensor h = x.sin();
        for (int i = 0; i < layers; i++) {
          Tensor next = h.sin();
          h.close(); // the tape alone holds it now
          h = next;
        }
        tape.onGradient(
            x,
            g -> {
              seen[0] = Gatun.memory().live() - before;
              return g;
            });
        Tensor loss = h.sum();
        h.close();
        (retain ? tape.retain() : tape).gradients(loss);
      }
    }
    return seen[0];
  }
}
