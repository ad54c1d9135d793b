package dev.gatun.gateway.analyze;

import dev.gatun.gateway.analyze.OnnxModel.Node;
import dev.gatun.gateway.analyze.OnnxModel.TensorData;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Follows shapes through a graph as far as they can be known without computing, and counts
 * multiply-adds of products and convolutions. Where a shape is not known, what follows is counted
 * from the shapes that the file itself declares.
 */
final class OnnxCost {
  private static final int LONGEST_CONSTANT = 64;
  private static final Set<String> COUNTED =
      Set.of("Conv", "ConvTranspose", "Gemm", "MatMul", "LSTM", "GRU", "RNN");
  private static final Set<String> SAME_SHAPE =
      Set.of(
          "Relu",
          "LeakyRelu",
          "PRelu",
          "Sigmoid",
          "Tanh",
          "Elu",
          "Selu",
          "Celu",
          "Softplus",
          "Softsign",
          "HardSigmoid",
          "HardSwish",
          "Gelu",
          "Mish",
          "Erf",
          "Exp",
          "Log",
          "Sqrt",
          "Reciprocal",
          "Neg",
          "Abs",
          "Ceil",
          "Floor",
          "Round",
          "Sign",
          "Sin",
          "Cos",
          "Clip",
          "Identity",
          "Cast",
          "Dropout",
          "Softmax",
          "LogSoftmax",
          "Hardmax",
          "LRN",
          "BatchNormalization",
          "InstanceNormalization",
          "LayerNormalization",
          "GroupNormalization",
          "RMSNormalization",
          "Not",
          "IsNaN",
          "IsInf",
          "CumSum",
          "LpNormalization",
          "QuantizeLinear",
          "DequantizeLinear");
  private static final Set<String> BROADCAST =
      Set.of(
          "Add",
          "Sub",
          "Mul",
          "Div",
          "Pow",
          "Sum",
          "Max",
          "Min",
          "Mean",
          "Equal",
          "Greater",
          "Less",
          "And",
          "Or",
          "Where",
          "Mod",
          "GreaterOrEqual",
          "LessOrEqual");

  private final Map<String, long[]> shapes = new HashMap<>();
  private final Map<String, long[]> constants = new HashMap<>();

  /** For one batch. */
  long multiplyAdds;

  /** The elements of all values that nodes make, as far as known. */
  long activations;

  /** Nodes that multiply, but whose shapes are not known. */
  final Set<String> uncounted = new TreeSet<>();

  int uncountedNodes;

  private OnnxCost() {}

  /**
   * Follows shapes.
   *
   * @param inputs the shapes of the graph's inputs with the batch, where known
   * @throws ArithmeticException when a number is beyond a long
   */
  static OnnxCost of(OnnxModel model, Map<String, long[]> inputs) {
    OnnxCost cost = new OnnxCost();
    model.declared.forEach((name, shape) -> {
      if (isKnown(shape)) {
        cost.shapes.put(name, shape);
      }
    });
    inputs.forEach((name, shape) -> {
      if (isKnown(shape)) {
        cost.shapes.put(name, shape);
      }
    });
    model.initializers.values().forEach(t -> cost.constant(t.name(), t));
    model.nodes.forEach(cost::node);
    return cost;
  }

  static boolean isKnown(long[] shape) {
    return Arrays.stream(shape).allMatch(d -> d >= 0);
  }

  private void constant(String name, @Nullable TensorData t) {
    if (t == null) {
      return;
    }
    shapes.put(name, t.dims());
    long[] values = OnnxTypes.integers(t, LONGEST_CONSTANT);
    if (values != null) {
      constants.put(name, values);
    }
  }

  private void node(Node n) {
    long[] out;
    try {
      out = infer(n);
    } catch (IndexOutOfBoundsException | NegativeArraySizeException _) {
      out = null; // its inputs have other ranks than its operation takes
    }
    if (out != null && (out.length > OnnxModel.MOST_AXES || !isKnown(out))) {
      out = null;
    }
    if (out != null && !n.outputs().isEmpty()) {
      shapes.put(n.outputs().getFirst(), out);
    }
    long[] made = n.outputs().isEmpty() ? null : shapes.get(n.outputs().getFirst());
    if (made != null && n.tensor() == null) {
      activations = Math.addExact(activations, Dims.product(made));
    }
    if (COUNTED.contains(n.op())) {
      long macs;
      try {
        macs = macs(n, made);
      } catch (IndexOutOfBoundsException _) {
        macs = -1;
      }
      if (macs < 0) {
        uncountedNodes++;
        uncounted.add(n.op());
      } else {
        multiplyAdds = Math.addExact(multiplyAdds, macs);
      }
    }
  }

  private long @Nullable [] shape(Node n, int input) {
    return n.inputs().size() > input ? shapes.get(n.inputs().get(input)) : null;
  }

  private long @Nullable [] values(Node n, int input) {
    return n.inputs().size() > input ? constants.get(n.inputs().get(input)) : null;
  }

  // ---- Multiply-adds --------------------------------------------------------------------------

  /** -1 when the shapes are not known. */
  private long macs(Node n, long @Nullable [] out) {
    long[] a = shape(n, 0);
    long[] w = shape(n, 1);
    if (a == null || w == null) {
      return -1;
    }
    return switch (n.op()) {
      case "Conv" -> // [out, in / groups, kernel...]
          out == null ? -1 : Math.multiplyExact(Dims.product(out), tail(w, 1));
      case "ConvTranspose" -> // [in, out / groups, kernel...]
          Math.multiplyExact(Dims.product(a), tail(w, 1));
      case "Gemm" -> {
        long inner = n.attribute("transA", 0) == 1 ? a[0] : a[1];
        yield out == null ? -1 : Math.multiplyExact(Dims.product(out), inner);
      }
      case "MatMul" ->
          out == null || a.length == 0
              ? -1
              : Math.multiplyExact(Dims.product(out), a[a.length - 1]);
      // [directions, gates · hidden, in] and [directions, gates · hidden, hidden]
      default -> {
        long[] r = shape(n, 2);
        yield r == null
            ? -1
            : Math.multiplyExact(
                Dims.product(a[0], a[1]), Math.addExact(Dims.product(w), Dims.product(r)));
      }
    };
  }

  private static long tail(long[] shape, int from) {
    return Dims.product(Arrays.copyOfRange(shape, from, shape.length));
  }

  // ---- Shapes ---------------------------------------------------------------------------------

  private long @Nullable [] infer(Node n) {
    if (n.op().equals("Constant")) {
      if (n.outputs().isEmpty()) {
        return null;
      }
      constant(n.outputs().getFirst(), n.tensor());
      long[] numbers = n.attributes().get("value_ints");
      if (numbers != null) {
        constants.put(n.outputs().getFirst(), numbers);
        return new long[] {numbers.length};
      }
      return n.tensor() == null ? null : n.tensor().dims();
    }
    long[] a = shape(n, 0);
    if (n.op().equals("ConstantOfShape")) {
      return values(n, 0);
    }
    if (n.op().equals("Reshape")) {
      return reshape(n, a);
    }
    if (BROADCAST.contains(n.op())) {
      return broadcast(n);
    }
    if (n.op().equals("Concat")) {
      return concat(n);
    }
    if (a == null) {
      return null;
    }
    if (SAME_SHAPE.contains(n.op())) {
      return a;
    }
    return switch (n.op()) {
      case "Conv" -> convolution(n, a);
      case "MaxPool", "AveragePool", "LpPool" ->
          window(n, a, a[1], n.attribute("kernel_shape", new long[0]));
      case "GlobalAveragePool", "GlobalMaxPool" -> {
        long[] out = a.clone();
        Arrays.fill(out, 2, out.length, 1);
        yield out;
      }
      case "Gemm" -> {
        long[] w = shape(n, 1);
        yield w == null
            ? null
            : new long[] {
              n.attribute("transA", 0) == 1 ? a[1] : a[0],
              n.attribute("transB", 0) == 1 ? w[0] : w[1]
            };
      }
      case "MatMul" -> product(a, shape(n, 1));
      case "Flatten" -> {
        int axis = axis(n.attribute("axis", 1), a.length + 1);
        yield new long[] {Dims.product(Arrays.copyOf(a, axis)), tail(a, axis)};
      }
      case "Transpose" -> transpose(a, n.attributes().get("perm"));
      case "Squeeze" -> squeeze(n, a);
      case "Unsqueeze" -> unsqueeze(n, a);
      case "Gather" -> gather(n, a);
      case "Pad" -> pad(n, a);
      case "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin" -> reduce(n, a);
      case "Shape" -> {
        if (n.attributes().isEmpty() && !n.outputs().isEmpty()) {
          constants.put(n.outputs().getFirst(), a);
        }
        yield new long[] {a.length};
      }
      case "LSTM", "GRU", "RNN" -> {
        long[] r = shape(n, 2);
        yield r == null ? null : new long[] {a[0], r[0], a[1], r[2]};
      }
      default -> null;
    };
  }

  private static int axis(long axis, int rank) {
    return (int) (axis < 0 ? axis + rank : axis);
  }

  private long @Nullable [] convolution(Node n, long[] a) {
    long[] w = shape(n, 1);
    if (w == null) {
      return null;
    }
    return window(n, a, w[0], n.attribute("kernel_shape", Arrays.copyOfRange(w, 2, w.length)));
  }

  private static long @Nullable [] window(Node n, long[] a, long channels, long[] kernel) {
    int rank = a.length - 2;
    if (rank < 1 || kernel.length != rank) {
      return null;
    }
    long[] strides = n.attribute("strides", ones(rank));
    long[] dilations = n.attribute("dilations", ones(rank));
    long[] pads = n.attribute("pads", new long[2 * rank]);
    String auto = n.texts().getOrDefault("auto_pad", "NOTSET");
    boolean ceil = n.attribute("ceil_mode", 0) == 1;
    long[] out = new long[a.length];
    out[0] = a[0];
    out[1] = channels;
    for (int i = 0; i < rank; i++) {
      if (strides[i] < 1) {
        return null;
      }
      if (auto.startsWith("SAME")) {
        out[i + 2] = Math.ceilDiv(a[i + 2], strides[i]);
      } else {
        long extra = ceil ? strides[i] - 1 : 0;
        long before = auto.equals("VALID") ? 0 : pads[i];
        long after = auto.equals("VALID") ? 0 : pads[i + rank];
        out[i + 2] =
            Dims.window(
                a[i + 2], kernel[i], strides[i], before, Math.addExact(after, extra), dilations[i]);
      }
    }
    return out;
  }

  private static long[] ones(int n) {
    long[] out = new long[n];
    Arrays.fill(out, 1);
    return out;
  }

  private static long @Nullable [] product(long[] a, long @Nullable [] b) {
    if (b == null || a.length == 0 || b.length == 0) {
      return null;
    }
    long[] left = a.length == 1 ? new long[] {1, a[0]} : a;
    long[] right = b.length == 1 ? new long[] {b[0], 1} : b;
    long[] batch =
        broadcast(
            List.of(Arrays.copyOf(left, left.length - 2), Arrays.copyOf(right, right.length - 2)));
    if (batch == null) {
      return null;
    }
    long[] out = Arrays.copyOf(batch, batch.length + 2);
    out[batch.length] = left[left.length - 2];
    out[batch.length + 1] = right[right.length - 1];
    return out;
  }

  private long @Nullable [] broadcast(Node n) {
    List<long[]> all =
        n.inputs().stream().map(shapes::get).filter(java.util.Objects::nonNull).toList();
    return all.size() == n.inputs().size() && !all.isEmpty() ? broadcast(all) : null;
  }

  private static long @Nullable [] broadcast(List<long[]> all) {
    int rank = all.stream().mapToInt(s -> s.length).max().orElse(0);
    long[] out = ones(rank);
    for (long[] s : all) {
      for (int i = 0; i < s.length; i++) {
        int at = rank - s.length + i;
        if (s[i] != 1 && out[at] != 1 && s[i] != out[at]) {
          return null;
        }
        out[at] = s[i] == 1 ? out[at] : s[i];
      }
    }
    return out;
  }

  private long @Nullable [] reshape(Node n, long @Nullable [] a) {
    long[] wanted = n.inputs().size() > 1 ? values(n, 1) : n.attributes().get("shape");
    if (wanted == null) {
      return null;
    }
    long[] out = wanted.clone();
    int open = -1;
    long known = 1;
    for (int i = 0; i < out.length; i++) {
      if (out[i] == 0 && n.attribute("allowzero", 0) == 0) {
        if (a == null) {
          return null;
        }
        out[i] = a[i];
      }
      if (out[i] < 0) {
        open = i;
      } else {
        known = Math.multiplyExact(known, out[i]);
      }
    }
    if (open >= 0) {
      if (a == null || known == 0) {
        return null;
      }
      out[open] = Dims.product(a) / known;
    }
    return out;
  }

  private long @Nullable [] concat(Node n) {
    long[] out = null;
    for (int i = 0; i < n.inputs().size(); i++) {
      long[] s = shape(n, i);
      if (s == null) {
        return null;
      }
      if (out == null) {
        out = s.clone();
      } else {
        int axis = axis(n.attribute("axis", 0), s.length);
        out[axis] = Math.addExact(out[axis], s[axis]);
      }
    }
    return out;
  }

  private static long @Nullable [] transpose(long[] a, long @Nullable [] order) {
    long[] out = new long[a.length];
    if (order != null && order.length != a.length) {
      return null;
    }
    for (int i = 0; i < a.length; i++) {
      out[i] = a[order == null ? a.length - 1 - i : axis(order[i], a.length)];
    }
    return out;
  }

  /** The axes of an operation: an attribute in old opsets, an input in new ones. */
  private long @Nullable [] axes(Node n) {
    long[] attribute = n.attributes().get("axes");
    return attribute != null ? attribute : values(n, 1);
  }

  private long @Nullable [] squeeze(Node n, long[] a) {
    long[] axes = axes(n);
    boolean[] gone = new boolean[a.length];
    if (axes == null) {
      if (n.inputs().size() > 1) {
        return null;
      }
      for (int i = 0; i < a.length; i++) {
        gone[i] = a[i] == 1;
      }
    } else {
      for (long axis : axes) {
        gone[axis(axis, a.length)] = true;
      }
    }
    return java.util.stream.IntStream.range(0, a.length)
        .filter(i -> !gone[i])
        .mapToLong(i -> a[i])
        .toArray();
  }

  private long @Nullable [] unsqueeze(Node n, long[] a) {
    long[] axes = axes(n);
    if (axes == null || axes.length > LONGEST_CONSTANT) {
      return null;
    }
    long[] out = new long[a.length + axes.length];
    for (long axis : axes) {
      out[axis(axis, out.length)] = 1;
    }
    int from = 0;
    for (int i = 0; i < out.length; i++) {
      out[i] = out[i] == 1 ? 1 : a[from++];
    }
    return out;
  }

  private long @Nullable [] gather(Node n, long[] a) {
    long[] index = shape(n, 1);
    if (index == null) {
      return null;
    }
    int axis = axis(n.attribute("axis", 0), a.length);
    long[] known = constants.get(n.inputs().get(0));
    long[] picked = values(n, 1);
    if (known != null && picked != null && !n.outputs().isEmpty()) {
      long[] out = new long[picked.length];
      for (int i = 0; i < out.length; i++) {
        out[i] = known[axis(picked[i], known.length)];
      }
      constants.put(n.outputs().getFirst(), out);
    }
    long[] out = new long[a.length - 1 + index.length];
    System.arraycopy(a, 0, out, 0, axis);
    System.arraycopy(index, 0, out, axis, index.length);
    System.arraycopy(a, axis + 1, out, axis + index.length, a.length - axis - 1);
    return out;
  }

  private long @Nullable [] pad(Node n, long[] a) {
    long[] pads = n.attributes().containsKey("pads") ? n.attributes().get("pads") : values(n, 1);
    if (pads == null || pads.length != 2 * a.length) {
      return null;
    }
    long[] out = a.clone();
    for (int i = 0; i < a.length; i++) {
      out[i] = Math.addExact(out[i], Math.addExact(pads[i], pads[i + a.length]));
    }
    return out;
  }

  private long @Nullable [] reduce(Node n, long[] a) {
    long[] axes = axes(n);
    boolean keep = n.attribute("keepdims", 1) == 1;
    boolean[] gone = new boolean[a.length];
    if (axes == null) {
      if (n.inputs().size() > 1) {
        return null;
      }
      Arrays.fill(gone, true);
    } else {
      for (long axis : axes) {
        gone[axis(axis, a.length)] = true;
      }
    }
    return java.util.stream.IntStream.range(0, a.length)
        .filter(i -> keep || !gone[i])
        .mapToLong(i -> gone[i] ? 1 : a[i])
        .toArray();
  }
}
