package dev.gatun.nn.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import org.junit.jupiter.api.Test;

class TransformerTest {

  @Test
  void namesParametersAsPyTorch() {
    TransformerOptions options = TransformerOptions.of(4, 2).inner(6);
    try (var encoder = new TransformerEncoderLayer(options);
        var decoder = new TransformerDecoderLayer(options);
        var attention = new MultiheadAttention(4, 2, true, 3, 5)) {
      assertThat(encoder.stateDict().keySet())
          .containsExactlyInAnyOrder(
              "self_attn.in_proj_weight",
              "self_attn.in_proj_bias",
              "self_attn.out_proj.weight",
              "self_attn.out_proj.bias",
              "linear1.weight",
              "linear1.bias",
              "linear2.weight",
              "linear2.bias",
              "norm1.weight",
              "norm1.bias",
              "norm2.weight",
              "norm2.bias");
      assertThat(decoder.stateDict().keySet())
          .contains("multihead_attn.in_proj_weight", "norm3.bias")
          .hasSize(18);
      assertThat(attention.stateDict().keySet())
          .containsExactly(
              "q_proj_weight",
              "k_proj_weight",
              "v_proj_weight",
              "in_proj_bias",
              "out_proj.weight",
              "out_proj.bias");
    }
  }

  @Test
  void causalAttentionDoesNotLookAhead() {
    try (Scope _ = Scope.open();
        var layer = new TransformerEncoderLayer(TransformerOptions.of(4, 2).dropout(0).gelu())) {
      Tensor x = Tensor.randn(Shape.of(2, 5, 4), 1);
      Tensor changed = Tensor.concat(1, x.narrow(1, 0, 3), x.narrow(1, 3, 2).neg());
      Tensor y = layer.forward(x, null, null, true);
      Tensor z = layer.forward(changed, null, null, true);
      assertThat(y.narrow(1, 0, 3).allClose(z.narrow(1, 0, 3))).isTrue();
      assertThat(y.allClose(z)).isFalse();
    }
  }

  @Test
  void paddingIsNotSeen() {
    try (Scope _ = Scope.open();
        var attention = new MultiheadAttention(4, 2)) {
      Tensor x = Tensor.randn(Shape.of(1, 4, 4), 2);
      Tensor padding = Tensor.of(new boolean[] {false, false, false, true}, Shape.of(1, 4));
      Tensor y = attention.forward(x, x, x, null, padding, false);
      Tensor head = x.narrow(1, 0, 3);
      assertThat(y.allClose(attention.forward(x, head, head, null, null, false))).isTrue();
      var weighted = attention.forwardWithWeights(x, x, x, null, padding);
      assertThat(weighted.y().allClose(y, 1e-5, 1e-6)).isTrue();
      assertThat(weighted.weights().select(2, 3).abs().amax().item()).isZero();
      assertThat(weighted.weights().sum(-1).allClose(Tensor.ones(Shape.of(1, 4)))).isTrue();
    }
  }

  @Test
  void dropoutActsOnlyInTraining() {
    try (Scope _ = Scope.open();
        var layer = new TransformerEncoderLayer(TransformerOptions.of(4, 2).dropout(0.5))) {
      Tensor x = Tensor.randn(Shape.of(1, 3, 4), 3);
      assertThat(layer.forward(x).allClose(layer.forward(x))).isFalse();
      layer.eval();
      assertThat(layer.forward(x).allClose(layer.forward(x))).isTrue();
    }
  }

  @Test
  void headsMustDivideTheSize() {
    assertThatThrownBy(() -> new MultiheadAttention(6, 4))
        .hasMessage("The size 6 should be a multiple of the number of heads, 4");
  }
}
