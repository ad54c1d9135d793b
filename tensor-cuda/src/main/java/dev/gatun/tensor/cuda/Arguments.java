package dev.gatun.tensor.cuda;

import dev.gatun.nativelib.bindings.Gatun;
import dev.gatun.nativelib.bindings.gatun_tensor;
import dev.gatun.nativelib.bindings.gatun_window;
import dev.gatun.tensor.UnsupportedOpException;
import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Window;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The structs that a call hands over, and room for a pointer that it gives back, in memory that a
 * thread uses again and again. A struct stays as it is until {@link #begin()}. Belongs to one
 * thread.
 */
final class Arguments {
  private static final int TENSORS = 10;
  private static final long DATA = gatun_tensor.data$offset();
  private static final long DTYPE = gatun_tensor.dtype$offset();
  private static final long RANK = gatun_tensor.rank$offset();
  private static final long SHAPE = gatun_tensor.shape$offset();
  private static final long STRIDE = gatun_tensor.stride$offset();
  private static final ThreadLocal<Arguments> OF_THREAD = ThreadLocal.withInitial(Arguments::new);

  private final MemorySegment[] tensors = new MemorySegment[TENSORS];
  private final MemorySegment window;
  private final MemorySegment pointer;
  private int used;

  private Arguments() {
    Arena arena = Arena.ofAuto();
    for (int i = 0; i < TENSORS; i++) {
      tensors[i] = arena.allocate(gatun_tensor.layout());
    }
    window = arena.allocate(gatun_window.layout());
    pointer = arena.allocate(ValueLayout.ADDRESS);
  }

  /** The calling thread's, with all structs free. */
  static Arguments begin() {
    Arguments a = OF_THREAD.get();
    a.used = 0;
    return a;
  }

  /** The calling thread's room for a pointer, free after each call. */
  static MemorySegment pointer() {
    return OF_THREAD.get().pointer;
  }

  MemorySegment tensor(Buf b) {
    Layout layout = b.layout();
    int rank = layout.rank();
    if (rank > Gatun.GATUN_MAX_RANK()) {
      throw new UnsupportedOpException(
          "Tensors of native devices have at most "
              + Gatun.GATUN_MAX_RANK()
              + " axes, got shape "
              + layout.shape());
    }
    MemorySegment s = tensors[used++];
    long data = ((DeviceStorage) b.storage()).data().address() + b.byteOffset();
    s.set(ValueLayout.ADDRESS, DATA, MemorySegment.ofAddress(data));
    s.set(ValueLayout.JAVA_INT, DTYPE, Codes.of(b.dtype()));
    s.set(ValueLayout.JAVA_INT, RANK, rank);
    for (int i = 0; i < rank; i++) {
      s.set(ValueLayout.JAVA_LONG, SHAPE + i * 8L, layout.shape().size(i));
      s.set(ValueLayout.JAVA_LONG, STRIDE + i * 8L, layout.stride(i));
    }
    return s;
  }

  /** A window over three spatial axes: missing ones come first and change nothing. */
  MemorySegment window(Window w, Dims ceilPad) {
    for (int i = 0; i < 3; i++) {
      int axis = i - (3 - w.rank());
      boolean real = axis >= 0;
      gatun_window.kernel(window, i, real ? w.kernel().get(axis) : 1);
      gatun_window.stride(window, i, real ? w.stride().get(axis) : 1);
      gatun_window.pad_low(window, i, real ? w.padLow().get(axis) : 0);
      gatun_window.pad_high(window, i, real ? w.padHigh().get(axis) : 0);
      gatun_window.dilation(window, i, real ? w.dilation().get(axis) : 1);
      gatun_window.ceil_pad(window, i, real && axis < ceilPad.size() ? ceilPad.get(axis) : 0);
    }
    return window;
  }
}
