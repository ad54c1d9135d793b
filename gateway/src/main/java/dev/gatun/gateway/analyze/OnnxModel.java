package dev.gatun.gateway.analyze;

import dev.gatun.tensor.FormatException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an ONNX file says of its main graph. Numbers of fields are those of {@code onnx.proto}.
 * Tensors' data stay in the file.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">the schema</a>
 */
final class OnnxModel {
  private static final int MOST_NODES = 200_000;
  private static final int MOST_ELEMENTS = 2_000_000;
  private static final int LONGEST_NAME = 1024;
  static final int MOST_AXES = 64;

  long irVersion;
  String producer = "";
  final Map<String, Long> opsets = new LinkedHashMap<>();
  final List<Node> nodes = new ArrayList<>();
  final Map<String, TensorData> initializers = new LinkedHashMap<>();
  final Map<String, long[]> inputs = new LinkedHashMap<>();
  final List<String> outputs = new ArrayList<>();
  final Map<String, long[]> declared = new LinkedHashMap<>();
  int subgraphs;
  int functions;

  /** Counts what was read, so that a small file cannot fill the memory. */
  private int elements;

  private OnnxModel() {}

  /**
   * A node.
   *
   * @param attributes whole numbers and lists of them, by name
   * @param tensor the value of a Constant; null for others
   */
  record Node(
      String name,
      String op,
      List<String> inputs,
      List<String> outputs,
      Map<String, long[]> attributes,
      Map<String, String> texts,
      @Nullable TensorData tensor) {
    long attribute(String key, long normal) {
      long[] v = attributes.get(key);
      return v == null || v.length == 0 ? normal : v[0];
    }

    long[] attribute(String key, long[] normal) {
      long[] v = attributes.get(key);
      return v == null ? normal : v;
    }
  }

  /**
   * A tensor of the file.
   *
   * @param type the number of its data type in {@code TensorProto.DataType}
   * @param raw its bytes; empty when the data are in fields of their own or in another file
   * @param packed numbers that are not raw; empty otherwise
   * @param external whether the data are in another file
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record TensorData(
      String name,
      int type,
      long[] dims,
      @Nullable MemorySegment raw,
      @Nullable Packed packed,
      boolean external) {
    long size() {
      return Dims.product(dims);
    }
  }

  /**
   * Numbers in a field of their own.
   *
   * @param field which: 4 float_data, 5 int32_data, 7 int64_data, 10 double_data, 11 uint64_data
   */
  record Packed(int field, MemorySegment bytes) {}

  /**
   * Reads a model.
   *
   * @throws FormatException when it is none; one sentence without a subject
   */
  static OnnxModel read(MemorySegment file) {
    OnnxModel m = new OnnxModel();
    ProtoReader in = new ProtoReader(file);
    boolean graph = false;
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> m.irVersion = in.integer();
        case 2 -> m.producer = in.text(LONGEST_NAME);
        case 7 -> {
          if (graph) {
            throw new FormatException("is no ONNX model: it has two graphs");
          }
          graph = true;
          m.graph(in.message());
        }
        case 8 -> m.opset(in.message());
        case 25 -> {
          m.functions++;
          in.skip();
        }
        default -> in.skip();
      }
    }
    if (!graph || m.irVersion < 1) {
      throw new FormatException("is no ONNX model: it has no graph or no version");
    }
    return m;
  }

  private void count(int n) {
    elements += n;
    if (elements > MOST_ELEMENTS || nodes.size() > MOST_NODES) {
      throw new FormatException(
          "is too large to be analysed: at most "
              + MOST_NODES
              + " nodes and "
              + MOST_ELEMENTS
              + " names and numbers are read");
    }
  }

  private void opset(ProtoReader in) {
    String domain = "";
    long version = 0;
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> domain = in.text(LONGEST_NAME);
        case 2 -> version = in.integer();
        default -> in.skip();
      }
    }
    count(1);
    opsets.put(domain.isEmpty() ? "ai.onnx" : domain, version);
  }

  private void graph(ProtoReader in) {
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> nodes.add(node(in.message()));
        case 5 -> {
          TensorData t = tensor(in.message());
          initializers.put(t.name(), t);
        }
        case 11 -> value(in.message(), inputs);
        case 12 -> {
          Map<String, long[]> one = new LinkedHashMap<>();
          value(in.message(), one);
          outputs.addAll(one.keySet());
          declared.putAll(one);
        }
        case 13 -> value(in.message(), declared);
        default -> in.skip();
      }
    }
    inputs.keySet().removeAll(initializers.keySet());
  }

  private Node node(ProtoReader in) {
    String name = "";
    String op = "";
    List<String> from = new ArrayList<>();
    List<String> to = new ArrayList<>();
    Map<String, long[]> attributes = new LinkedHashMap<>();
    Map<String, String> texts = new LinkedHashMap<>();
    TensorData[] tensor = new TensorData[1];
    count(4);
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> {
          count(1);
          from.add(in.text(LONGEST_NAME));
        }
        case 2 -> {
          count(1);
          to.add(in.text(LONGEST_NAME));
        }
        case 3 -> name = in.text(LONGEST_NAME);
        case 4 -> op = in.text(LONGEST_NAME);
        case 5 -> attribute(in.message(), attributes, texts, tensor);
        default -> in.skip();
      }
    }
    return new Node(name, op, from, to, attributes, texts, tensor[0]);
  }

  private void attribute(
      ProtoReader in,
      Map<String, long[]> attributes,
      Map<String, String> texts,
      @Nullable TensorData[] tensor) {
    String name = "";
    long[] numbers = {};
    boolean numeric = false;
    String text = "";
    count(1);
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> name = in.text(LONGEST_NAME);
        case 3 -> {
          numbers = new long[] {in.integer()};
          numeric = true;
        }
        case 4 -> text = in.text(LONGEST_NAME);
        case 5 -> tensor[0] = tensor(in.message());
        case 6, 11 -> {
          subgraphs++;
          in.skip();
        }
        case 8 -> {
          numbers = append(numbers, in);
          numeric = true;
        }
        default -> in.skip();
      }
    }
    if (numeric) {
      attributes.put(name, numbers);
    } else if (!text.isEmpty()) {
      texts.put(name, text);
    }
  }

  /** More numbers behind those that there are: repeated fields may come in pieces. */
  private long[] append(long[] before, ProtoReader in) {
    LongList out = new LongList(before);
    in.integers(v -> {
      count(1);
      out.add(v);
    });
    return out.toArray();
  }

  private TensorData tensor(ProtoReader in) {
    String name = "";
    int type = 0;
    LongList dims = new LongList(new long[0]);
    MemorySegment raw = null;
    Packed packed = null;
    boolean external = false;
    count(2);
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 ->
            in.integers(v -> {
              count(1);
              dims.add(v);
            });
        case 2 -> type = (int) in.integer();
        case 4, 5, 7, 10, 11 -> {
          // Writers pack these. Single ones are valid too, but nobody writes large tensors so.
          if (in.wire() == ProtoReader.LENGTH) {
            packed = new Packed(field, in.bytes());
          } else {
            count(1);
            in.skip();
          }
        }
        case 8 -> name = in.text(LONGEST_NAME);
        case 9 -> raw = in.bytes();
        case 14 -> external = in.integer() == 1;
        default -> in.skip();
      }
    }
    long[] shape = dims.toArray();
    rank(shape);
    try {
      if (Arrays.stream(shape).anyMatch(d -> d < 0) || Dims.product(shape) < 0) {
        throw new ArithmeticException();
      }
    } catch (ArithmeticException e) {
      throw new FormatException(
          "is no ONNX model: tensor '" + name + "' has the shape " + Arrays.toString(shape), e);
    }
    return new TensorData(name, type, shape, raw, packed, external);
  }

  /** A ValueInfoProto; sizes that are names are -1. Without a shape there is none. */
  private void value(ProtoReader in, Map<String, long[]> into) {
    String name = "";
    long[] shape = null;
    count(1);
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> name = in.text(LONGEST_NAME);
        case 2 -> shape = type(in.message());
        default -> in.skip();
      }
    }
    into.put(name, shape == null ? UNKNOWN : shape);
  }

  /** The shape of values whose rank is not known. */
  static final long[] UNKNOWN = {Long.MIN_VALUE};

  static boolean hasRank(long[] shape) {
    return shape.length == 0 || shape[0] != Long.MIN_VALUE;
  }

  private long @Nullable [] type(ProtoReader in) {
    for (int field = in.next(); field != 0; field = in.next()) {
      if (field != 1) {
        in.skip();
        continue;
      }
      ProtoReader tensor = in.message();
      for (int inner = tensor.next(); inner != 0; inner = tensor.next()) {
        if (inner == 2) {
          return shape(tensor.message());
        }
        tensor.skip();
      }
    }
    return null;
  }

  private long[] shape(ProtoReader in) {
    LongList out = new LongList(new long[0]);
    for (int field = in.next(); field != 0; field = in.next()) {
      if (field != 1) {
        in.skip();
        continue;
      }
      long size = -1;
      ProtoReader dim = in.message();
      for (int inner = dim.next(); inner != 0; inner = dim.next()) {
        if (inner == 1) {
          size = dim.integer();
        } else {
          dim.skip();
        }
      }
      count(1);
      out.add(size < 0 ? -1 : size);
    }
    rank(out.toArray());
    return out.toArray();
  }

  private static void rank(long[] shape) {
    if (shape.length > MOST_AXES) {
      throw new FormatException(
          "is no ONNX model: a tensor has "
              + shape.length
              + " axes, at most "
              + MOST_AXES
              + " are read");
    }
  }

  /** A list of longs that grows. */
  private static final class LongList {
    private long[] values;
    private int size;

    LongList(long[] first) {
      values = Arrays.copyOf(first, Math.max(4, first.length));
      size = first.length;
    }

    void add(long v) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = v;
    }

    long[] toArray() {
      return Arrays.copyOf(values, size);
    }
  }
}
