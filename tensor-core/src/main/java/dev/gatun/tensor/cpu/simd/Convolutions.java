package dev.gatun.tensor.cpu.simd;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Window;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;
import dev.gatun.tensor.spi.Storage;
import java.util.function.Consumer;

/**
 * Convolutions of floats. Those in float32 over one or two spatial axes go to {@link
 * FastConvolutions}; all others write their windows out as a matrix, image by image, and multiply.
 * Stateless.
 */
final class Convolutions {
  private Convolutions() {}

  /** True where there is a kernel for the dtype and the number of spatial axes. */
  static boolean supports(DType dtype, Window window) {
    return dtype.isFloat() && window.rank() <= 3;
  }

  static void forward(Backend backend, Window window, int groups, Buf x, Buf w, Buf y) {
    dense(
        backend,
        x,
        dx ->
            dense(
                backend,
                w,
                dw ->
                    result(
                        backend,
                        y,
                        dy -> {
                          FastConvolutions.Sizes s =
                              fastSizes(window, groups, dx.shape(), dy.shape());
                          if (s != null && y.dtype() != DType.FLOAT64) {
                            long window2 = s.window();
                            long[] strides = {
                              dw.offset(),
                              s.k(),
                              window2,
                              s.kernelWidth(),
                              1,
                              (long) s.filters() * s.k()
                            };
                            FastConvolutions.correlate(
                                s,
                                dx.segment(),
                                dx.offset(),
                                dw.segment(),
                                strides,
                                dy.segment(),
                                dy.offset(),
                                s.places());
                          } else {
                            WindowMatrix m =
                                new WindowMatrix(window, groups, dx.shape(), dy.shape());
                            m.forward(backend, dx, dw, dy);
                          }
                        })));
  }

  static void inputGrad(Backend backend, Window window, int groups, Buf grad, Buf w, Buf y) {
    dense(
        backend,
        grad,
        dg ->
            dense(
                backend,
                w,
                dw ->
                    result(
                        backend,
                        y,
                        dy -> {
                          if (y.dtype() != DType.FLOAT64
                              && isFast(window, dg.shape(), dy.shape())
                              && InputGradients.fits(window, groups, dg.shape(), dy.shape())) {
                            InputGradients.run(window, groups, dg, dw, dy);
                          } else {
                            WindowMatrix m =
                                new WindowMatrix(window, groups, dy.shape(), dg.shape());
                            m.inputGrad(backend, dg, dw, dy);
                          }
                        })));
  }

  static void weightGrad(Backend backend, Window window, int groups, Buf x, Buf grad, Buf y) {
    dense(
        backend,
        x,
        dx ->
            dense(
                backend,
                grad,
                dg ->
                    result(
                        backend,
                        y,
                        dy -> {
                          FastConvolutions.Sizes s =
                              fastSizes(window, groups, dx.shape(), dg.shape());
                          if (s != null && y.dtype() != DType.FLOAT64) {
                            FastConvolutions.weightGrad(
                                s,
                                dx.segment(),
                                dx.offset(),
                                dg.segment(),
                                dg.offset(),
                                dy.segment(),
                                dy.offset());
                          } else {
                            WindowMatrix m =
                                new WindowMatrix(window, groups, dx.shape(), dg.shape());
                            m.weightGrad(backend, dx, dg, dy);
                          }
                        })));
  }

  /** Calls with the operand contiguous, and widened to float32 if it is a half type. */
  private static void dense(Backend backend, Buf x, Consumer<Buf> body) {
    DType wide = Elementwise.wide(x.dtype());
    if (x.isContiguous() && x.dtype() == wide) {
      body.accept(x);
      return;
    }
    Buf copy = temporary(backend, x.shape(), wide);
    try {
      Copies.cast(x, copy);
      body.accept(copy);
    } finally {
      copy.storage().release();
    }
  }

  /** Calls with an output in the dtype of computation and converts it. */
  private static void result(Backend backend, Buf y, Consumer<Buf> body) {
    DType wide = Elementwise.wide(y.dtype());
    if (y.numel() == 0) {
      return;
    }
    if (y.dtype() == wide) {
      body.accept(y);
      return;
    }
    Buf copy = temporary(backend, y.shape(), wide);
    try {
      body.accept(copy);
      Copies.cast(copy, y);
    } finally {
      copy.storage().release();
    }
  }

  private static Buf temporary(Backend backend, Shape shape, DType dtype) {
    Storage storage = backend.allocate(shape.numel() * dtype.byteSize());
    return new Buf(storage, Layout.contiguous(shape), dtype);
  }

  private static boolean isFast(Window window, Shape x, Shape y) {
    return window.rank() <= 2 && x.numel() > 0 && y.numel() > 0;
  }

  private static FastConvolutions.@org.jspecify.annotations.Nullable Sizes fastSizes(
      Window window, int groups, Shape x, Shape y) {
    if (!isFast(window, x, y)) {
      return null;
    }
    FastConvolutions.Sizes s =
        new FastConvolutions.Sizes(
            size(x, 0),
            groups,
            size(x, 1) / groups,
            height(x),
            width(x),
            size(y, 1) / groups,
            height(y),
            width(y),
            first(window.kernel(), 1),
            last(window.kernel()),
            first(window.padLow(), 0),
            last(window.padLow()),
            first(window.dilation(), 1),
            last(window.dilation()),
            first(window.stride(), 1),
            last(window.stride()));
    return s.fits() ? s : null;
  }

  static int size(Shape s, int axis) {
    return Math.toIntExact(s.size(axis));
  }

  static int height(Shape s) {
    return s.rank() == 3 ? 1 : size(s, 2);
  }

  static int width(Shape s) {
    return size(s, -1);
  }

  /** The entry of the second last spatial axis; {@code missing} where there is one axis. */
  static int first(Dims d, int missing) {
    return d.size() == 1 ? missing : d.getInt(0);
  }

  static int last(Dims d) {
    return d.getInt(d.size() - 1);
  }
}
