package dev.gatun.tensor;

import dev.gatun.tensor.op.Composite;
import dev.gatun.tensor.op.CustomOp;
import dev.gatun.tensor.op.Effect;
import dev.gatun.tensor.op.Op;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ShapeRules;
import dev.gatun.tensor.op.TensorType;
import dev.gatun.tensor.spi.Backend;
import dev.gatun.tensor.spi.Buf;
import dev.gatun.tensor.spi.Layout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one funnel that every operation passes: interceptors, then shape rules, allocation and the
 * backend. Thread-safe; interceptors and scopes belong to the calling thread.
 */
public final class Engine {
  private Engine() {}

  /** The first output of an operation. */
  public static Tensor call(Op op, Tensor... inputs) {
    return callAll(op, inputs)[0];
  }

  /**
   * All outputs of an operation, owned by the innermost open scope.
   *
   * @throws GatunException when shapes, dtypes or devices do not fit, or no kernel exists
   */
  public static Tensor[] callAll(Op op, Tensor... inputs) {
    Context context = Context.current();
    return context.active == 0
        ? execute(context, op, inputs)
        : intercept(context, context.active, op, inputs);
  }

  /** Removes an interceptor when closed. */
  public interface Installation extends AutoCloseable {
    @Override
    void close();
  }

  /** Makes the interceptor see the operations of this thread until the result is closed. */
  public static Installation install(Interceptor interceptor) {
    Context c = Context.current();
    if (c.active != c.interceptors.length) {
      throw new IllegalStateException("An interceptor cannot be installed from inside another");
    }
    Interceptor[] list = Arrays.copyOf(c.interceptors, c.interceptors.length + 1);
    list[list.length - 1] = interceptor;
    c.interceptors = list;
    c.active = list.length;
    return () -> uninstall(interceptor);
  }

  @SuppressWarnings("ReferenceEquality") // this very interceptor, not an equal one
  private static void uninstall(Interceptor interceptor) {
    Context c = Context.current();
    int n = c.interceptors.length;
    for (int i = n - 1; i >= 0; i--) {
      if (c.interceptors[i] == interceptor) {
        Interceptor[] list = Arrays.copyOf(c.interceptors, n - 1);
        System.arraycopy(c.interceptors, i + 1, list, i, n - 1 - i);
        c.interceptors = list;
        c.active = Math.min(c.active, list.length);
        return;
      }
    }
    throw new IllegalStateException("The interceptor is not installed on this thread");
  }

  private static Tensor[] intercept(Context c, int depth, Op op, Tensor[] inputs) {
    if (depth == 0) {
      return execute(c, op, inputs);
    }
    Interceptor interceptor = c.interceptors[depth - 1];
    int before = c.active;
    try {
      if (op instanceof Composite composite && interceptor.decomposes(composite, inputs)) {
        c.active = depth;
        return decompose(composite, inputs);
      }
      c.active = depth - 1;
      return interceptor.call(op, inputs, (o, in) -> intercept(c, depth - 1, o, in));
    } finally {
      c.active = before;
    }
  }

  /** Checks the operands and runs a decomposition; its intermediate results are freed. */
  private static Tensor[] decompose(Composite op, Tensor[] inputs) {
    TensorType[] types = new TensorType[inputs.length];
    Arrays.setAll(types, i -> inputs[i].type());
    op.infer(types);
    try (Scope scope = Scope.open()) {
      return scope.keep(op.decompose(inputs));
    }
  }

  private static Tensor[] execute(Context context, Op op, Tensor[] inputs) {
    if (op instanceof Primitive.View view) {
      return new Tensor[] {view(context, view, inputs[0])};
    }
    Device device = device(context, op, inputs);
    Backend backend = Devices.backend(device);
    TensorType[] types = new TensorType[inputs.length];
    DType[] dtypes = new DType[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      types[i] = inputs[i].type();
      dtypes[i] = types[i].dtype();
    }
    if (op instanceof Composite c && !backend.supports(c, Arrays.asList(dtypes))) {
      int before = context.active;
      context.active = 0;
      try {
        return decompose(c, inputs);
      } finally {
        context.active = before;
      }
    }
    TensorType[] outTypes =
        op instanceof Primitive.NonZero ? nonZeroType(inputs[0]) : ShapeRules.infer(op, types);
    if (op instanceof Primitive p && !backend.supports(p, Arrays.asList(dtypes))) {
      throw new UnsupportedOpException(
          "Op " + p.name() + " has no kernel on device " + device + " for " + List.of(dtypes));
    }
    Tensor[] outputs = new Tensor[outTypes.length];
    Buf[] out = new Buf[outTypes.length];
    Buf[] in = new Buf[inputs.length];
    for (int i = 0; i < out.length; i++) {
      Shape s = outTypes[i].shape();
      DType t = outTypes[i].dtype();
      out[i] = new Buf(backend.allocate(s.numel() * t.byteSize()), Layout.contiguous(s), t);
    }
    try {
      boolean elementwise = op instanceof Primitive.Binary || op instanceof Primitive.Where;
      for (int i = 0; i < in.length; i++) {
        Buf b = inputs[i].buf();
        in[i] = elementwise ? b.expand(out[0].shape()) : b;
      }
      if (op instanceof CustomOp custom) {
        custom.execute(device, in, out);
      } else {
        backend.execute(op, in, out);
      }
    } catch (Throwable e) {
      for (Buf b : out) {
        b.storage().release();
      }
      throw e;
    }
    for (int i = 0; i < out.length; i++) {
      outputs[i] = new Tensor(context, out[i], device);
    }
    return outputs;
  }

  private static Tensor view(Context context, Primitive.View view, Tensor x) {
    Layout layout = x.buf().layout();
    return switch (view) {
      case Primitive.Permute p -> x.withLayout(context, layout.permute(p.order().toIntArray()));
      case Primitive.Expand e -> x.withLayout(context, layout.expand(e.shape()));
      case Primitive.Slice s ->
          x.withLayout(
              context,
              layout.slice(s.starts().toArray(), s.sizes().toArray(), s.steps().toArray()));
      case Primitive.Reshape r -> {
        Optional<Layout> reshaped = layout.reshape(r.shape());
        if (reshaped.isPresent()) {
          yield x.withLayout(context, reshaped.get());
        }
        try (Tensor dense = execute(context, new Primitive.Contiguous(), new Tensor[] {x})[0]) {
          yield dense.withLayout(context, Layout.contiguous(r.shape()));
        }
      }
    };
  }

  /** The first output of an op without inputs, made on a device. */
  public static Tensor create(Device device, Op op) {
    Context c = Context.current();
    @Nullable Device before = c.device;
    c.device = device;
    try {
      return call(op);
    } finally {
      c.device = before;
    }
  }

  /** Tells the interceptors of a copy to another device. */
  static void moved(Tensor source, Tensor copy) {
    Context c = Context.current();
    for (int i = c.active; i-- > 0; ) {
      c.interceptors[i].onMove(source, copy);
    }
  }

  /**
   * Changes the targets in place, after telling the interceptors. No target may be a broadcast
   * view.
   *
   * @throws GatunException when shapes, dtypes or devices do not fit
   */
  public static void apply(Effect effect, Tensor[] targets, Tensor... inputs) {
    Context c = Context.current();
    for (int i = c.active; i-- > 0; ) {
      c.interceptors[i].onEffect(targets);
    }
    int before = c.active;
    c.active = 0;
    try (Scope _ = Scope.open()) {
      Tensor[] all = Arrays.copyOf(targets, targets.length + inputs.length);
      System.arraycopy(inputs, 0, all, targets.length, inputs.length);
      Backend backend = Devices.backend(device(effect::name, all));
      List<DType> dtypes = Arrays.stream(all).map(Tensor::dtype).toList();
      if (effect instanceof Effect.Assign || backend.supports(effect, dtypes)) {
        applyKernel(backend, effect, targets, inputs);
      } else {
        Tensor[] values = effect.decompose(targets, inputs);
        for (int i = 0; i < targets.length; i++) {
          applyKernel(
              backend, new Effect.Assign(), new Tensor[] {targets[i]}, new Tensor[] {values[i]});
        }
      }
    } finally {
      c.active = before;
    }
  }

  private static void applyKernel(
      Backend backend, Effect effect, Tensor[] targets, Tensor[] inputs) {
    Buf[] t = new Buf[targets.length];
    Buf[] in = new Buf[inputs.length];
    for (int i = 0; i < t.length; i++) {
      t[i] = targets[i].buf();
      t[i].storage().bumpVersion();
    }
    for (int i = 0; i < in.length; i++) {
      in[i] = inputs[i].buf().expand(t[0].shape());
      if (in[i].dtype() != t[0].dtype()) {
        throw new DTypeException(
            effect.name() + " into dtype " + t[0].dtype() + " got dtype " + in[i].dtype());
      }
    }
    backend.apply(effect, t, in);
  }

  private static Device device(Context context, Op op, Tensor[] inputs) {
    if (inputs.length == 0) {
      Device d = context.device;
      return d != null ? d : Gatun.defaultDevice();
    }
    return device(op::name, inputs);
  }

  /** A name costs as much as a small op: it is asked for only where there is an error. */
  private static Device device(Supplier<String> op, Tensor[] inputs) {
    Device d = inputs[0].device();
    for (int i = 1; i < inputs.length; i++) {
      if (!inputs[i].device().equals(d)) {
        throw new DeviceException(
            op.get()
                + " needs operands on one device, got "
                + d
                + " and "
                + inputs[i].device()
                + "; move one with to(device)");
      }
    }
    return d;
  }

  /** The only op whose output shape depends on the data: it is counted first. */
  private static TensorType[] nonZeroType(Tensor x) {
    Context c = Context.current();
    int before = c.active;
    c.active = 0;
    try (Scope _ = Scope.open()) {
      long n = x.to(DType.BOOL).to(DType.INT64).sum().itemLong();
      return new TensorType[] {new TensorType(DType.INT64, Shape.of(n, x.shape().rank()))};
    } finally {
      c.active = before;
    }
  }
}
