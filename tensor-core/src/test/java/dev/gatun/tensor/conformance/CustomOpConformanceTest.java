package dev.gatun.tensor.conformance;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.op.CustomOp;
import dev.gatun.tensor.op.TensorType;
import dev.gatun.tensor.spi.Buf;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.List;

/** The suite on an op that Gatun does not know, as its users would run it. */
final class CustomOpConformanceTest extends BackendConformance {

  /** {@code x + 1 / x} of float64, wherever the host can read. */
  private record PlusInverse() implements CustomOp {
    @Override
    public String name() {
      return "plusinverse";
    }

    @Override
    public TensorType[] infer(TensorType... inputs) {
      return new TensorType[] {inputs[0]};
    }

    @Override
    public void execute(Device device, Buf[] inputs, Buf[] outputs) {
      Buf x = inputs[0];
      Buf y = outputs[0];
      for (long i = 0; i < y.numel(); i++) {
        double v = x.segment().get(ValueLayout.JAVA_DOUBLE, x.layout().position(i) * 8);
        y.segment().set(ValueLayout.JAVA_DOUBLE, y.layout().position(i) * 8, v + 1 / v);
      }
    }
  }

  @Override
  protected Device device() {
    return Device.CPU;
  }

  @Override
  protected List<OpSpec> specs() {
    PlusInverse op = new PlusInverse();
    return List.of(
        OpSpec.of(
            OpSpec.keyOf(op),
            EnumSet.of(DType.FLOAT64),
            Sample.of(op, Input.real(3, 5)),
            Sample.of(op, Input.real(2, 3, 4)),
            Sample.of(op, Input.real()),
            Sample.of(op, Input.real(0, 2))));
  }
}
