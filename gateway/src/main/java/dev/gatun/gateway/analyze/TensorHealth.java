package dev.gatun.gateway.analyze;

import dev.gatun.ai.json.Json;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Looks at all numbers of all tensors of a file, a piece at a time, and judges them. */
final class TensorHealth {
  private static final int PIECE = 1 << 18;
  private static final int MOST_SHOWN = 1000;
  private static final int MOST_NAMED = 5;
  private static final double FLOAT16_MAX = 65504;

  private final List<Json> shown = new ArrayList<>();
  private final Map<String, List<String>> named = new LinkedHashMap<>();
  private final Map<String, Long> dtypes = new LinkedHashMap<>();
  private long tensors;
  private long parameters;
  private long bytes;
  private long notFinite;
  private long judged;

  /** Counts of one tensor. */
  private static final class Stats {
    private long nan;
    private long infinite;
    private long zeros;
    private long finite;
    private double least = Double.POSITIVE_INFINITY;
    private double greatest = Double.NEGATIVE_INFINITY;
    private double sum;
    private double squares;
    private long deadRows;
    private long rows;
    private boolean rowDead = true;
    private long inRow;

    private void add(double[] values, int n, long rowSize) {
      for (int i = 0; i < n; i++) {
        double v = values[i];
        if (v == 0) {
          zeros++;
          finite++;
          least = Math.min(least, 0);
          greatest = Math.max(greatest, 0);
        } else if (Math.abs(v) <= Double.MAX_VALUE) {
          finite++;
          least = Math.min(least, v);
          greatest = Math.max(greatest, v);
          sum += v;
          squares += v * v;
          rowDead = false;
        } else if (Double.isNaN(v)) {
          nan++;
          rowDead = false;
        } else {
          infinite++;
          rowDead = false;
        }
        if (++inRow == rowSize) {
          rows++;
          deadRows += rowDead ? 1 : 0;
          rowDead = true;
          inRow = 0;
        }
      }
    }

    private double deviation() {
      double mean = finite == 0 ? 0 : sum / finite;
      return finite == 0 ? 0 : Math.sqrt(Math.max(0, squares / finite - mean * mean));
    }

    private Json json() {
      Json.ObjectBuilder b = Json.object().put("nan", nan).put("infinite", infinite);
      b.put("zeros", zeros);
      if (finite > 0) {
        b.put("min", least).put("max", greatest);
        b.put("mean", sum / finite).put("std", deviation());
      }
      if (rows > 1) {
        b.put("all_zero_rows", deadRows);
      }
      return b.build();
    }
  }

  /**
   * A tensor whose numbers cannot be looked at.
   *
   * @param size how many bytes it takes
   */
  void unread(String name, String dtype, long[] shape, long size) {
    note(name, dtype, shape, size, null);
  }

  /**
   * A tensor in memory, row-major and little-endian.
   *
   * @param dtypeName as the file calls it
   */
  void read(String name, String dtypeName, DType dtype, long[] shape, MemorySegment data) {
    int width = dtype.byteSize();
    judge(
        name,
        dtypeName,
        shape,
        data.byteSize(),
        dtype.isFloat(),
        (from, n) -> {
          try (Scope _ = Scope.open()) {
            MemorySegment piece = data.asSlice(from * width, (long) n * width);
            return Tensor.fromHost(piece, dtype, Shape.of(n), Device.CPU).toDoubleArray();
          }
        });
  }

  /** A tensor. */
  void read(String name, String dtypeName, Tensor t) {
    Tensor flat = t.flatten();
    judge(
        name,
        dtypeName,
        t.shape().toArray(),
        t.numel() * t.dtype().byteSize(),
        t.dtype().isFloat(),
        (from, n) -> {
          try (Scope _ = Scope.open()) {
            return flat.narrow(0, from, n).toDoubleArray();
          }
        });
  }

  private interface Pieces {
    double[] get(long from, int n);
  }

  private void judge(
      String name, String dtype, long[] shape, long size, boolean floats, Pieces pieces) {
    long n = Dims.product(shape);
    long rowSize = shape.length > 1 && shape[0] > 0 ? n / shape[0] : -1;
    Stats s = new Stats();
    for (long at = 0; at < n; at += PIECE) {
      int piece = (int) Math.min(PIECE, n - at);
      s.add(pieces.get(at, piece), piece, rowSize);
    }
    note(name, dtype, shape, size, s);
    judged++;
    notFinite += s.nan + s.infinite;
    if (!floats || n == 0) {
      return;
    }
    double most = Math.max(Math.abs(s.least), Math.abs(s.greatest));
    flag("nan", s.nan > 0, name + " (" + s.nan + ")");
    flag("infinite", s.infinite > 0, name + " (" + s.infinite + ")");
    flag("zero", s.zeros == n && n > 1 && !isShift(name), name);
    flag(
        "dead",
        s.deadRows > 0 && s.zeros < n && s.rows > 1,
        name + " (" + s.deadRows + " of " + s.rows + ")");
    flag("huge", s.finite > 0 && most > 1e4 && !isStatistic(name), name + " (" + most + ")");
    flag(
        "tiny",
        s.finite > 0 && n > 16 && shape.length > 1 && most < 1e-7 && s.zeros < n,
        name + " (" + most + ")");
    flag("beyond16", s.finite > 0 && most > FLOAT16_MAX && !dtype.contains("16"), name);
    flag(
        "constant",
        n > 16 && shape.length > 1 && s.zeros == 0 && s.finite == n && s.least == s.greatest,
        name);
  }

  /** Biases and running means begin at 0, and may stay there. */
  private static boolean isShift(String name) {
    String n = name.toLowerCase(java.util.Locale.ROOT);
    return n.contains("bias") || n.contains("mean") || n.contains("beta") || n.endsWith("_b");
  }

  private static boolean isStatistic(String name) {
    String n = name.toLowerCase(java.util.Locale.ROOT);
    return n.contains("var") || n.contains("num_batches") || n.contains("mean");
  }

  private void flag(String rule, boolean found, String name) {
    if (found) {
      named.computeIfAbsent(rule, _ -> new ArrayList<>()).add(LayerList.clip(name));
    }
  }

  private void note(
      String name,
      String dtype,
      long[] shape,
      long size,
      @org.jspecify.annotations.Nullable Stats s) {
    tensors++;
    parameters = Math.addExact(parameters, Dims.product(shape));
    bytes = Math.addExact(bytes, size);
    dtypes.merge(dtype, Dims.product(shape), Math::addExact);
    if (shown.size() < MOST_SHOWN) {
      Json.ObjectBuilder b =
          Json.object().put("name", name).put("dtype", dtype).put("shape", Dims.json(shape));
      if (s != null) {
        b.put("values", s.json());
      }
      shown.add(b.build());
    }
  }

  long parameters() {
    return parameters;
  }

  Json.Obj facts() {
    Json.ObjectBuilder types = Json.object();
    dtypes.forEach(types::put);
    return Json.object()
        .put("tensor_count", tensors)
        .put("parameters", parameters)
        .put("bytes", bytes)
        .put("parameters_by_dtype", types.build())
        .put("not_finite", notFinite)
        .put("judged_tensors", judged)
        .put("tensors", new Json.Arr(shown))
        .build();
  }

  List<Finding> findings() {
    List<Finding> out = new ArrayList<>();
    if (judged < tensors) {
      out.add(
          Finding.info(
              "not-judged",
              "The numbers of some tensors were not looked at",
              (tensors - judged) + " of " + tensors + " tensors",
              ""));
    }
    named.forEach((rule, names) -> {
      String evidence =
          String.join(", ", names.subList(0, Math.min(MOST_NAMED, names.size())))
              + (names.size() > MOST_NAMED ? " and " + (names.size() - MOST_NAMED) + " more" : "");
      out.add(
          switch (rule) {
            case "nan" ->
                Finding.error(
                    "nan-weights",
                    "Weights are not a number",
                    evidence,
                    "Go back to an earlier checkpoint; lower the learning rate or clip gradients.");
            case "infinite" ->
                Finding.error(
                    "infinite-weights",
                    "Weights are infinite",
                    evidence,
                    "Go back to an earlier checkpoint; lower the learning rate, clip gradients, or"
                        + " train in a wider dtype.");
            case "zero" ->
                Finding.warning(
                    "all-zero-tensor",
                    "Tensors have nothing but zeros",
                    evidence,
                    "Check that they were trained and saved: a layer of zeros gives no gradient.");
            case "dead" ->
                Finding.warning(
                    "dead-rows",
                    "Rows of weights are all zero: their outputs are dead",
                    evidence,
                    "Prune them, or train with a lower learning rate and a leaky activation.");
            case "huge" ->
                Finding.warning(
                    "extreme-weights",
                    "Weights are larger than 10,000",
                    evidence,
                    "Use weight decay or a lower learning rate; check the data's scale.");
            case "tiny" ->
                Finding.warning(
                    "vanishing-weights",
                    "All weights of a tensor are below 1e-7",
                    evidence,
                    "Check its initialisation and its weight decay.");
            case "beyond16" ->
                Finding.warning(
                    "beyond-float16",
                    "Weights would overflow in float16",
                    evidence,
                    "Use bfloat16, or scale them, before converting.");
            default ->
                Finding.warning(
                    "constant-tensor",
                    "All weights of a tensor are equal: its outputs cannot differ",
                    evidence,
                    "Initialise weights at random.");
          });
    });
    long wide = dtypes.getOrDefault("F64", 0L) + dtypes.getOrDefault("FLOAT64", 0L);
    if (wide > 10_000 && wide > parameters / 2) {
      out.add(
          Finding.info(
              "float64-weights",
              "The weights are stored in float64",
              Dims.count(wide) + " of " + Dims.count(parameters) + " numbers",
              "float32 takes half the memory, and is as good for networks."));
    }
    return out;
  }
}
