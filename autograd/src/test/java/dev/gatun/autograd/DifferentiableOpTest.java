package dev.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.tensor.Device;
import dev.gatun.tensor.Engine;
import dev.gatun.tensor.GatunException;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.UnsupportedOpException;
import dev.gatun.tensor.op.CustomOp;
import dev.gatun.tensor.op.TensorType;
import dev.gatun.tensor.spi.Buf;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A custom op as a user defines it: a x + sin(y), with y broadcast along the first axis. */
final class DifferentiableOpTest {
  private record AxPlusSin(double a, double derivative) implements DifferentiableOp {
    @Override
    public String name() {
      return "ax_plus_sin";
    }

    @Override
    public TensorType[] infer(TensorType... inputs) {
      return new TensorType[] {inputs[0]};
    }

    @Override
    public void execute(Device device, Buf[] inputs, Buf[] outputs) {
      Buf out = outputs[0];
      Buf x = inputs[0];
      Buf y = inputs[1].expand(out.shape());
      for (long i = 0; i < out.numel(); i++) {
        double v = a * get(x, i) + Math.sin(get(y, i));
        out.segment().set(ValueLayout.JAVA_DOUBLE, i * Double.BYTES, v);
      }
    }

    private static double get(Buf b, long i) {
      MemorySegment s = b.segment();
      return s.get(ValueLayout.JAVA_DOUBLE, b.layout().position(i) * Double.BYTES);
    }

    @Override
    public @Nullable Tensor[] gradients(Tensor[] inputs, Tensor[] outputs, Tensor[] g) {
      return new @Nullable Tensor[] {g[0].mul(derivative), g[0].mul(inputs[1].cos())};
    }
  }

  private record Opaque() implements CustomOp {
    @Override
    public String name() {
      return "opaque";
    }

    @Override
    public TensorType[] infer(TensorType... inputs) {
      return inputs;
    }

    @Override
    public void execute(Device device, Buf[] inputs, Buf[] outputs) {}
  }

  @Test
  void itsGradientIsUsedAndChecked() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(new double[] {1, 2, 3, 4}, Shape.of(2, 2)).t();
      Tensor y = Tensor.of(0.5, 0.7);
      GradientCheck.of(in -> Engine.call(new AxPlusSin(3, 3), in)).secondOrder(true).check(x, y);
    }
  }

  @Test
  void aWrongGradientIsFound() {
    try (Scope _ = Scope.open()) {
      assertThatThrownBy(() ->
              Gradients.check(
                  in -> Engine.call(new AxPlusSin(3, 2), in), Tensor.of(1.0), Tensor.of(2.0)))
          .isInstanceOf(GatunException.class)
          .hasMessageContaining("input 0 at [0]");
    }
  }

  @Test
  void anOpWithoutGradientSaysSo() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(1.0).requiresGrad(true);
      try (Tape tape = Tape.record()) {
        Tensor y = Engine.call(new Opaque(), x);
        assertThat(y.requiresGrad()).isTrue();
        assertThatThrownBy(() -> tape.gradients(y))
            .isInstanceOf(UnsupportedOpException.class)
            .hasMessageContaining("Custom op 'opaque' has no gradient");
      }
    }
  }
}
