package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.tensor.Convolutions;
import dev.gatun.tensor.Tensor;

/** Convolutions over one to three axes. */
final class ConvolutionCases {
  private ConvolutionCases() {}

  static void addTo(Operations t) {
    for (String axes : new String[] {"1d", "2d", "3d"}) {
      t.op("conv" + axes, ConvolutionCases::convolution);
      t.op("conv_transpose" + axes, ConvolutionCases::transposed);
    }
  }

  private static Tensor convolution(Context c) {
    Tensor bias = c.optional("bias");
    if ("same".equals(c.attributes().values().get("padding"))) {
      return Convolutions.convSame(
          c.x(), c.in("weight"), bias, c.ints("dilation"), c.integer("groups"));
    }
    return Convolutions.conv(
        c.x(),
        c.in("weight"),
        bias,
        c.ints("stride"),
        c.ints("padding"),
        c.ints("dilation"),
        c.integer("groups"));
  }

  private static Tensor transposed(Context c) {
    return Convolutions.convTranspose(
        c.x(),
        c.in("weight"),
        c.optional("bias"),
        c.ints("stride"),
        c.ints("padding"),
        c.ints("output_padding"),
        c.integer("groups"),
        c.ints("dilation"));
  }
}
