package dev.gatun.autograd;

import static dev.gatun.autograd.Case.any;
import static dev.gatun.autograd.Case.between;
import static dev.gatun.autograd.Case.f64;
import static dev.gatun.autograd.Case.index;
import static dev.gatun.autograd.Case.mask;
import static dev.gatun.autograd.Case.positive;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.BatchNorm;
import dev.gatun.tensor.op.BinaryKind;
import dev.gatun.tensor.op.BinaryScalar;
import dev.gatun.tensor.op.Dims;
import dev.gatun.tensor.op.Gelu;
import dev.gatun.tensor.op.LayerNorm;
import dev.gatun.tensor.op.Op;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ReduceKind;
import dev.gatun.tensor.op.ScanKind;
import dev.gatun.tensor.op.ScatterKind;
import dev.gatun.tensor.op.UnaryKind;
import dev.gatun.tensor.op.Window;
import java.util.ArrayList;
import java.util.List;

/** Samples besides those of the registry: broadcasting, zeros, odd layouts, parameters. */
final class Cases {
  private final List<Case> list = new ArrayList<>();

  private Cases() {}

  static List<Case> all() {
    var cases = new Cases();
    cases.unary();
    cases.binary();
    cases.moves();
    cases.folds();
    cases.indexing();
    cases.contractions();
    cases.linalg();
    cases.composites();
    return cases.list;
  }

  private void add(String name, Op op, Tensor... inputs) {
    list.add(Case.of(name, in -> Engine.call(op, in), inputs));
  }

  private void addFirst(String name, Op op, Tensor... inputs) {
    list.add(Case.of(name, in -> Engine.call(op, in), inputs).first());
  }

  private void unary() {
    for (UnaryKind kind : List.of(UnaryKind.LGAMMA, UnaryKind.DIGAMMA, UnaryKind.TRIGAMMA)) {
      add(kind.label() + " below 0", new Primitive.Unary(kind), f64(Shape.of(3), -0.4, 0.3, -1.6));
    }
    add("reciprocal of negatives", new Primitive.Unary(UnaryKind.RECIPROCAL), between(-2, -1, 3));
  }

  private void binary() {
    for (BinaryKind kind : BinaryKind.values()) {
      if (kind.domain() == BinaryKind.Domain.NUMERIC || kind.domain() == BinaryKind.Domain.FLOAT) {
        boolean base = kind == BinaryKind.POW;
        Tensor a = base ? positive(2, 3) : between(1.1, 2.9, 2, 3);
        add(kind.label(), new Primitive.Binary(kind), a, between(0.21, 0.97, 2, 3));
        add(kind.label() + " broadcast", new Primitive.Binary(kind), a, between(0.2, 0.9, 4, 1, 3));
        add(kind.label() + " with 0-d", new Primitive.Binary(kind), between(1.1, 2.9), a);
        add(kind.label() + " number", new BinaryScalar(kind, 0.7, false), a);
        add("number " + kind.label(), new BinaryScalar(kind, 1.7, true), a);
      }
    }
    list.add(Case.map("pow of negatives", x -> x.pow(Tensor.of(2.0, 3)), between(-2, -1, 2)));
    addFirst("pow 0", new BinaryScalar(BinaryKind.POW, 0.0, false), any(3));
    addFirst("pow 1 at 0", new BinaryScalar(BinaryKind.POW, 1.0, false), f64(Shape.of(2), 0, 1));
    addFirst("pow 3 at 0", new BinaryScalar(BinaryKind.POW, 3.0, false), f64(Shape.of(2), 0, 1));
    addFirst("0 pow", new BinaryScalar(BinaryKind.POW, 0.0, true), positive(3));
    var negative = between(-2.9, -1.1, 2, 3);
    for (BinaryKind kind : List.of(BinaryKind.COPYSIGN, BinaryKind.ATAN2, BinaryKind.FMOD)) {
      add(kind.label() + " of negatives", new Primitive.Binary(kind), negative, positive(2, 3));
    }
    add(
        "where",
        new Primitive.Where(),
        mask(Shape.of(2, 1), true, false),
        any(2, 3),
        between(3, 4, 3));
  }

  private void moves() {
    add("cast", new Primitive.Cast(DType.FLOAT64), any(3));
    add("contiguous", new Primitive.Contiguous(), any(2, 3));
    add("reshape", new Primitive.Reshape(Shape.of(3, 2)), any(2, 3));
    list.add(Case.map("reshape of a view", x -> x.t().square().t().t().reshape(6), any(2, 3)));
    add("permute", new Primitive.Permute(Dims.of(2, 0, 1)), any(2, 3, 4));
    add("expand", new Primitive.Expand(Shape.of(4, 2, 3)), any(2, 1));
    list.add(Case.map("slice", x -> x.narrow(1, 1, 2), any(2, 4)));
    list.add(Case.map("slice with steps", x -> x.slice(0, 1, 9, 3).slice(1, 0, 4, 2), any(9, 4)));
    list.add(Case.map("slice backwards", x -> x.slice(0, 7, 0, -3).flip(1), any(9, 2)));
    list.add(Case.map("empty slice", x -> x.narrow(0, 1, 0).sum().add(x.sum()), any(3, 2)));
    list.add(Case.map("select", x -> x.select(1, -1), any(2, 3)));
    list.add(Case.map("pad", x -> x.pad(new long[] {1, 0}, new long[] {2, 3}, 1.5), any(2, 3)));
    list.add(
        Case.map("crop by pad", x -> x.pad(new long[] {-1, 1}, new long[] {0, -2}, 0), any(3, 4)));
    add("concat", new Primitive.Concat(1), any(2, 3), any(2, 1), any(2, 2));
    list.add(Case.of("concat of one twice", in -> Tensor.concat(0, in[0], in[0]), any(2, 2)));
  }

  private void folds() {
    for (ReduceKind kind : ReduceKind.values()) {
      if (!kind.isIndex()) {
        add(kind + " of all", new Primitive.Reduce(kind, Dims.of(0, 1), false), any(2, 3));
        add(kind + " of one", new Primitive.Reduce(kind, Dims.of(1), true), any(2, 3, 2));
        add(kind + " of two", new Primitive.Reduce(kind, Dims.of(0, 2), false), any(2, 3, 2));
        add(kind + " of 0-d", new Primitive.Reduce(kind, Dims.of(new int[0]), false), any());
      }
    }
    var prod = new Primitive.Reduce(ReduceKind.PROD, Dims.of(1), false);
    add("prod with zeros", prod, f64(Shape.of(3, 3), 1, 0, 3, 0, 5, 0, 0.5, 2, 1.5));
    for (ScanKind kind : ScanKind.values()) {
      for (boolean reverse : new boolean[] {false, true}) {
        String name = "scan " + kind + (reverse ? " reverse" : "");
        add(name, new Primitive.Scan(kind, 1, reverse), any(2, 4));
        add(name + " axis 0", new Primitive.Scan(kind, 0, reverse), any(3, 2));
        add(name + " 0-d", new Primitive.Scan(kind, 0, reverse), any());
      }
    }
    Tensor zeros = f64(Shape.of(2, 4), 2, 0, 3, 4, 1.5, 0, 0.5, 0);
    add("cumprod with zeros", new Primitive.Scan(ScanKind.PROD, 1, false), zeros);
    add("cumprod with zeros reverse", new Primitive.Scan(ScanKind.PROD, 1, true), zeros);
    add("cumprod of zero", new Primitive.Scan(ScanKind.PROD, 0, false), f64(Shape.scalar(), 0));
  }

  private void indexing() {
    Tensor rows = index(Shape.of(2, 3), 0, 2, 1, 2, 2, 0);
    add("gather", new Primitive.Gather(0), any(3, 4), rows);
    add(
        "gather along 1",
        new Primitive.Gather(1),
        any(3, 4),
        index(Shape.of(3, 2), 0, 3, 1, 1, 3, 2));
    Tensor unique = index(Shape.of(2, 3), 0, 2, 1, 2, 0, 3);
    for (ScatterKind kind : ScatterKind.values()) {
      var op = new Primitive.Scatter(0, kind);
      Tensor at = kind == ScatterKind.SET ? unique : rows;
      add("scatter " + kind, op, between(1, 2, 4, 3), at, between(0.5, 3, 2, 3));
      add("scatter a part " + kind, op, any(4, 4), at, between(-3, 3, 3, 4));
    }
    var multiply = new Primitive.Scatter(1, ScatterKind.MUL);
    Tensor one = index(Shape.of(3, 3), 0, 0, 1, 0, 0, 1, 1, 1, 1);
    Tensor source = f64(Shape.of(3, 3), 2, 0, 3, 0, 0, 4, 5, 0, 6);
    addFirst("scatter MUL with zeros", multiply, positive(3, 2), one, source);
    addFirst(
        "scatter MUL into zero",
        multiply,
        f64(Shape.of(1, 2), 0, 2),
        index(Shape.of(1, 3), 0, 0, 1),
        f64(Shape.of(1, 3), 2, 3, 4));
    Tensor picks = index(Shape.of(4), 2, 0, 2, 1);
    add("index select", new Primitive.IndexSelect(1), any(2, 3), picks);
    add("index add", new Primitive.IndexAdd(1), any(2, 3), picks, between(3, 5, 2, 4));
    list.add(Case.map("sort", x -> x.sort(1, false).values(), any(2, 5)));
    list.add(Case.map("sort down", x -> x.sort(0, true).values(), any(4, 2)));
  }

  private static Window window(Dims kernel, Dims stride, Dims low, Dims high, Dims dilation) {
    return new Window(kernel, stride, low, high, dilation);
  }

  private static Window plain(long kernel, int rank) {
    Dims one = Dims.repeat(1, rank);
    Dims none = Dims.repeat(0, rank);
    return window(Dims.repeat(kernel, rank), one, none, none, one);
  }

  private void contractions() {
    var matmul = new Primitive.MatMul();
    add("matmul", matmul, any(2, 3), any(3, 4));
    add("matmul in batches", matmul, any(2, 1, 2, 3), any(3, 3, 2));
    add("matmul of a batch and a matrix", matmul, any(3, 2, 3), any(3, 2));
    add("matmul of a matrix and a batch", matmul, any(2, 3), any(2, 3, 2));
    list.add(
        Case.of("matmul of transposed", in -> in[0].t().matmul(in[1].t()), any(3, 2), any(4, 3)));
    list.add(
        Case.of(
            "matmul of a transposed batch",
            in -> in[0].t().matmul(in[1].t()),
            any(2, 3, 2),
            any(4, 3)));
    list.add(Case.of("matmul of vectors", in -> in[0].matmul(in[1]), any(3), between(1, 2, 3)));

    Window strided =
        window(Dims.of(3, 2), Dims.of(2, 1), Dims.of(1, 0), Dims.of(2, 1), Dims.of(1, 2));
    var conv = new Primitive.Convolution(strided, 2);
    add("convolution", conv, any(2, 4, 6, 4), any(2, 2, 3, 2));
    add("convolution 1d", new Primitive.Convolution(plain(2, 1), 1), any(2, 2, 4), any(3, 2, 2));
    add(
        "convolution 3d",
        new Primitive.Convolution(plain(2, 3), 1),
        any(1, 1, 2, 3, 2),
        any(2, 1, 2, 2, 2));
    Shape out = strided.outputShape(Shape.of(2, 4, 6, 4), 2);
    add(
        "convolution input gradient",
        new Primitive.ConvolutionInputGrad(strided, 2, Dims.of(6, 4)),
        any(out.toArray()),
        any(2, 2, 3, 2));
    add(
        "convolution weight gradient",
        new Primitive.ConvolutionWeightGrad(strided, 2),
        any(2, 4, 6, 4),
        any(out.toArray()));

    Window pool = window(Dims.of(2, 3), Dims.of(2, 1), Dims.of(1, 1), Dims.of(0, 1), Dims.of(1, 2));
    add("max pool", new Primitive.MaxPool(pool), any(2, 2, 5, 5));
    add("max pool 1d", new Primitive.MaxPool(plain(2, 1)), any(1, 2, 5));
    Window averaged =
        window(Dims.of(2, 3), Dims.of(2, 2), Dims.of(1, 1), Dims.of(1, 1), Dims.of(1, 1));
    Shape pooled = averaged.outputShape(Shape.of(1, 2, 5, 5), 2);
    Dims ceil = Dims.of(1, 0);
    for (boolean count : new boolean[] {false, true}) {
      for (long divisor : new long[] {0, 5}) {
        String name = " count " + count + " divisor " + divisor;
        add(
            "average pool" + name,
            new Primitive.AvgPool(averaged, count, divisor, ceil),
            any(1, 2, 5, 5));
        add(
            "average pool gradient" + name,
            new Primitive.AvgPoolGrad(averaged, count, divisor, ceil, Dims.of(5, 5)),
            any(pooled.toArray()));
      }
    }
  }

  private void linalg() {
    list.add(Case.map("cholesky", x -> spd(x).apply(new Primitive.Cholesky()), any(2, 3, 3)));
    add("solve", new Primitive.Solve(), wellConditioned(), any(3, 2));
    add("solve in batches", new Primitive.Solve(), wellConditioned(), any(2, 3, 1));
    list.add(
        Case.map("eigenvalues", x -> Engine.callAll(new Primitive.Eigh(), spd(x))[0], any(3, 3)));
    list.add(
        Case.map(
            "eigenvectors", // up to the sign, which is free
            x -> Engine.callAll(new Primitive.Eigh(), spd(x))[1].square(),
            any(3, 3)));
    list.add(
        Case.map(
            "spectral function",
            x -> {
              Tensor[] e = Engine.callAll(new Primitive.Eigh(), spd(x));
              return e[1].mul(e[0].log().unsqueeze(-2)).matmul(e[1].t());
            },
            any(3, 3)));
  }

  private static Tensor spd(Tensor x) {
    double[] bump = {1.5, 0, 0, 0, 2.5, 0, 0, 0, 4};
    return x.matmul(x.t()).add(Tensor.of(bump, Shape.of(3, 3)));
  }

  private static Tensor wellConditioned() {
    return f64(Shape.of(3, 3), 3, 0.5, -0.2, 0.7, 2.5, 0.3, -0.4, 0.6, 2);
  }

  /** All outputs one after another. */
  private static Tensor joined(Op op, Tensor... in) {
    Tensor[] out = Engine.callAll(op, in);
    for (int i = 0; i < out.length; i++) {
      out[i] = out[i].reshape(-1);
    }
    return Tensor.concat(0, out);
  }

  private void composites() {
    list.add(Case.map("softmax", x -> x.softmax(1), any(2, 3)));
    list.add(Case.map("softmax along 0", x -> x.softmax(0), any(2, 3)));
    list.add(Case.map("log softmax", x -> x.logSoftmax(0), any(3, 2)));
    list.add(Case.map("gelu", Tensor::gelu, any(5)));
    add("gelu by tanh", new Gelu(true), any(5));
    list.add(Case.map("silu", Tensor::silu, any(5)));
    add("layer norm", new LayerNorm(1, 1e-5), any(2, 4));
    add("layer norm with weights", new LayerNorm(2, 1e-5), any(2, 3, 2), any(3, 2), any(3, 2));
    list.add(Case.of("batch norm", in -> joined(new BatchNorm(1e-5), in), any(3, 2, 2)));
    list.add(
        Case.of(
            "batch norm with weights",
            in -> joined(new BatchNorm(1e-5), in),
            any(3, 2, 2),
            any(2),
            any(2)));
    list.add(Case.map("mean", x -> x.mean(1), any(2, 3)));
  }
}
