package dev.gatun.tensor.op;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.DTypeException;
import dev.gatun.tensor.Tensor;

/**
 * The product of quantized matrices, without rounding: [..., M, K] times [..., K, N], both int8 or
 * uint8, is int32 [..., M, N] (which wraps around); leading axes broadcast. ONNX's operator of this
 * name with both zero points 0.
 */
public record MatMulInteger() implements Composite {
  @Override
  public String name() {
    return "matmulinteger";
  }

  @Override
  public TensorType[] infer(TensorType... in) {
    for (TensorType t : in) {
      if (t.dtype() != DType.INT8 && t.dtype() != DType.UINT8) {
        throw new DTypeException(
            "matmulinteger needs operands of dtype int8 or uint8, got "
                + in[0].dtype()
                + " and "
                + in[1].dtype());
      }
    }
    return ShapeRules.infer(
        new Primitive.MatMul(),
        new TensorType(DType.INT32, in[0].shape()),
        new TensorType(DType.INT32, in[1].shape()));
  }

  @Override
  public Tensor[] decompose(Tensor... in) {
    return new Tensor[] {in[0].to(DType.INT32).matmul(in[1].to(DType.INT32))};
  }
}
