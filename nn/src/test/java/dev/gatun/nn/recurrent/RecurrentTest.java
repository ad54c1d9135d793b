package dev.gatun.nn.recurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.nn.Model;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecurrentTest {

  @Test
  void namesParametersAsPyTorch() {
    try (Lstm lstm = Lstm.projected(3, 5, 2).layers(2).bidirectional(true).build()) {
      assertThat(lstm.stateDict().keySet())
          .startsWith(
              "weight_ih_l0",
              "weight_hh_l0",
              "bias_ih_l0",
              "bias_hh_l0",
              "weight_hr_l0",
              "weight_ih_l0_reverse")
          .hasSize(20);
      assertThat(shape(lstm, "weight_ih_l0")).isEqualTo(Shape.of(20, 3));
      assertThat(shape(lstm, "weight_hh_l0")).isEqualTo(Shape.of(20, 2));
      assertThat(shape(lstm, "weight_hr_l0")).isEqualTo(Shape.of(2, 5));
      assertThat(shape(lstm, "weight_ih_l1_reverse")).isEqualTo(Shape.of(20, 4));
    }
    try (Gru gru = Gru.of(3, 5).bias(false).build()) {
      assertThat(gru.stateDict().keySet()).containsExactly("weight_ih_l0", "weight_hh_l0");
    }
  }

  private static Shape shape(Model model, String name) {
    Tensor t = model.stateDict().get(name);
    assertThat(t).isNotNull();
    return t.shape();
  }

  @Test
  void layerIsItsCellStepByStep() {
    try (Scope _ = Scope.open();
        Gru gru = new Gru(3, 4);
        GruCell cell = new GruCell(3, 4)) {
      Map<String, Tensor> weights = gru.stateDict();
      cell.loadStateDict(
          Map.of(
              "weight_ih", weights.get("weight_ih_l0"),
              "weight_hh", weights.get("weight_hh_l0"),
              "bias_ih", weights.get("bias_ih_l0"),
              "bias_hh", weights.get("bias_hh_l0")));
      Tensor x = Tensor.randn(Shape.of(5, 2, 3), 1);
      RecurrentOutput all = gru.forward(x, null, null);
      RecurrentState state = null;
      for (int t = 0; t < 5; t++) {
        state = cell.forward(x.select(0, t), state);
        assertThat(all.y().select(0, t).allClose(state.hidden(), 1e-5, 1e-6)).isTrue();
      }
      assertThat(all.state().hidden().squeeze(0).allClose(state.hidden(), 1e-5, 1e-6)).isTrue();
      assertThat(gru.forward(x).equal(all.y())).isTrue();
    }
  }

  @Test
  void backwardDirectionReadsFromTheEnd() {
    try (Scope _ = Scope.open();
        Rnn both = Rnn.of(2, 3).bidirectional(true).build();
        Rnn one = new Rnn(2, 3)) {
      Map<String, Tensor> weights = both.stateDict();
      one.loadStateDict(
          Map.of(
              "weight_ih_l0", weights.get("weight_ih_l0_reverse"),
              "weight_hh_l0", weights.get("weight_hh_l0_reverse"),
              "bias_ih_l0", weights.get("bias_ih_l0_reverse"),
              "bias_hh_l0", weights.get("bias_hh_l0_reverse")));
      Tensor x = Tensor.randn(Shape.of(4, 2, 2), 2);
      Tensor backward = both.forward(x).narrow(2, 3, 3);
      assertThat(backward.allClose(one.forward(x.flip(0)).flip(0), 1e-5, 1e-6)).isTrue();
    }
  }

  @Test
  void stepsPastTheLengthChangeNothing() {
    try (Scope _ = Scope.open();
        Lstm lstm = Lstm.of(2, 3).bidirectional(true).build()) {
      Tensor x = Tensor.randn(Shape.of(5, 2, 2), 3);
      RecurrentOutput cut = lstm.forward(x, null, Tensor.of(5L, 2L));
      RecurrentOutput alone = lstm.forward(x.narrow(1, 1, 1).narrow(0, 0, 2), null, null);
      assertThat(cut.y().narrow(1, 1, 1).narrow(0, 0, 2).allClose(alone.y(), 1e-5, 1e-6)).isTrue();
      assertThat(cut.y().narrow(1, 1, 1).narrow(0, 2, 3).abs().amax().item()).isZero();
      assertThat(cut.state().hidden().narrow(1, 1, 1).allClose(alone.state().hidden(), 1e-5, 1e-6))
          .isTrue();
      assertThat(cut.state().cell().narrow(1, 1, 1).allClose(alone.state().cell(), 1e-5, 1e-6))
          .isTrue();
    }
  }

  @Test
  void initialValuesAreBoundByTheHiddenSize() {
    try (Scope _ = Scope.open();
        Lstm lstm = new Lstm(8, 100)) {
      double greatest = lstm.stateDict().get("weight_hh_l0").detach().abs().amax().item();
      assertThat(greatest).isLessThanOrEqualTo(0.1).isCloseTo(0.1, within(1e-4));
    }
  }

  @Test
  void saysWhatDoesNotFit() {
    try (Scope _ = Scope.open();
        Lstm lstm = Lstm.of(3, 4).batchFirst(true).build();
        LstmCell cell = new LstmCell(3, 4)) {
      assertThatThrownBy(() -> lstm.forward(Tensor.ones(Shape.of(2, 5, 4))))
          .isInstanceOf(ShapeException.class)
          .hasMessage("Lstm needs an input [N, T, 3] of at least one step, got shape [2, 5, 4]");
      assertThatThrownBy(() -> lstm.forward(Tensor.ones(Shape.of(2, 0, 3))))
          .isInstanceOf(ShapeException.class);
      assertThatThrownBy(() -> cell.forward(Tensor.ones(Shape.of(3)), null))
          .hasMessage("LstmCell needs an input [N, 3], got shape [3]");
      assertThatThrownBy(() ->
              cell.forward(
                  Tensor.ones(Shape.of(2, 3)), RecurrentState.of(Tensor.ones(Shape.of(2, 4)))))
          .hasMessage("An LSTM needs a state with a cell state");
    }
    assertThatThrownBy(() -> Lstm.of(3, 4).layers(0))
        .hasMessage("A recurrent network needs a layer, got 0");
  }
}
