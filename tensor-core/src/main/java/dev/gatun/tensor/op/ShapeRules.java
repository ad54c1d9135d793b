package dev.gatun.tensor.op;

import static dev.gatun.tensor.DType.BOOL;
import static dev.gatun.tensor.DType.INT32;
import static dev.gatun.tensor.DType.INT64;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.DTypeException;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;

/** The output types of every op, and the checks of its inputs. Stateless. */
public final class ShapeRules {
  private ShapeRules() {}

  /**
   * The output types of an op.
   *
   * @throws ShapeException or {@link DTypeException} naming the op, what it takes and what came
   */
  public static TensorType[] infer(Op op, TensorType... in) {
    return switch (op) {
      case Composite c -> c.infer(in);
      case CustomOp c -> c.infer(in);
      case Primitive p -> primitive(p, in);
    };
  }

  private static TensorType[] primitive(Primitive op, TensorType[] in) {
    arity(op, in);
    return switch (op) {
      case Primitive.Unary u -> one(unary(u.kind(), in[0].dtype()), in[0].shape());
      case Primitive.Binary b -> {
        sameDType(op, in[0], in[1]);
        yield one(binary(b.kind(), in[0].dtype()), Shape.broadcast(in[0].shape(), in[1].shape()));
      }
      case Primitive.Where w -> {
        dtype(op, "condition", BOOL, in[0]);
        sameDType(op, in[1], in[2]);
        Shape s = Shape.broadcast(in[1].shape(), in[2].shape());
        yield one(in[1].dtype(), Shape.broadcast(in[0].shape(), s));
      }
      case Primitive.Cast c -> one(c.to(), in[0].shape());
      case Primitive.Bitcast c -> {
        if (c.to().byteSize() != in[0].dtype().byteSize()) {
          throw new DTypeException(
              "bitcast needs dtypes of one size, got " + in[0].dtype() + " to " + c.to());
        }
        yield one(c.to(), in[0].shape());
      }
      case Primitive.Contiguous c -> one(in[0].dtype(), in[0].shape());
      case Primitive.Reshape r -> one(in[0].dtype(), r.shape());
      case Primitive.Permute p -> {
        long[] d = new long[p.order().size()];
        for (int i = 0; i < d.length; i++) {
          d[i] = in[0].shape().size(p.order().getInt(i));
        }
        yield one(in[0].dtype(), Shape.of(d));
      }
      case Primitive.Expand e -> one(in[0].dtype(), e.shape());
      case Primitive.Slice s -> one(in[0].dtype(), Shape.of(s.sizes().toArray()));
      case Primitive.Pad p -> {
        long[] d = in[0].shape().toArray();
        for (int i = 0; i < d.length; i++) {
          d[i] += p.low().get(i) + p.high().get(i);
        }
        yield one(in[0].dtype(), Shape.of(d));
      }
      case Primitive.Concat c -> concat(c, in);
      case Primitive.Reduce r -> reduce(r, in[0]);
      case Primitive.Scan s -> {
        in[0].shape().axis(s.axis());
        yield one(in[0].dtype(), in[0].shape());
      }
      case Primitive.Gather g -> {
        dtype(op, "index", INT64, in[1]);
        within(op, in[1].shape(), in[0].shape(), g.axis());
        yield one(in[0].dtype(), in[1].shape());
      }
      case Primitive.Scatter s -> {
        dtype(op, "index", INT64, in[1]);
        sameDType(op, in[0], in[2]);
        within(op, in[1].shape(), in[0].shape(), s.axis());
        within(op, in[1].shape(), in[2].shape(), -1);
        yield one(in[0].dtype(), in[0].shape());
      }
      case Primitive.IndexSelect s -> {
        dtype(op, "index", INT64, in[1]);
        rank(op, "index", 1, in[1].shape());
        yield one(in[0].dtype(), in[0].shape().with(s.axis(), in[1].shape().size(0)));
      }
      case Primitive.IndexAdd s -> {
        dtype(op, "index", INT64, in[1]);
        rank(op, "index", 1, in[1].shape());
        sameDType(op, in[0], in[2]);
        Shape want = in[0].shape().with(s.axis(), in[1].shape().size(0));
        if (!want.equals(in[2].shape())) {
          throw new ShapeException(
              "indexadd expects a source of shape " + want + ", got " + in[2].shape());
        }
        yield one(in[0].dtype(), in[0].shape());
      }
      case Primitive.Sort s -> {
        in[0].shape().axis(s.axis());
        yield new TensorType[] {in[0], new TensorType(INT64, in[0].shape())};
      }
      case Primitive.NonZero z ->
          throw new IllegalStateException("nonzero has no shape before it has run");
      case Primitive.MatMul m -> matmul(in[0], in[1]);
      case Primitive.Convolution c -> convolution(c, in[0], in[1]);
      case Primitive.ConvolutionInputGrad c -> {
        sameDType(op, in[0], in[1]);
        long[] d = new long[c.inputSize().size() + 2];
        d[0] = in[0].shape().size(0);
        d[1] = in[1].shape().size(1) * c.groups();
        System.arraycopy(c.inputSize().toArray(), 0, d, 2, c.inputSize().size());
        Shape input = Shape.of(d);
        Shape grad = c.window().outputShape(input, in[1].shape().size(0));
        if (!grad.equals(in[0].shape())) {
          throw new ShapeException(
              "convolutioninputgrad expects a gradient of shape "
                  + grad
                  + " for input "
                  + input
                  + " and weight "
                  + in[1].shape()
                  + ", got "
                  + in[0].shape());
        }
        yield one(in[0].dtype(), input);
      }
      case Primitive.ConvolutionWeightGrad c -> {
        sameDType(op, in[0], in[1]);
        Dims kernel = c.window().kernel();
        long[] d = new long[kernel.size() + 2];
        d[0] = in[1].shape().size(1);
        d[1] = in[0].shape().size(1) / c.groups();
        System.arraycopy(kernel.toArray(), 0, d, 2, kernel.size());
        yield one(in[0].dtype(), Shape.of(d));
      }
      case Primitive.MaxPool m -> {
        Shape s = m.window().outputShape(in[0].shape(), in[0].shape().size(1));
        yield new TensorType[] {new TensorType(in[0].dtype(), s), new TensorType(INT64, s)};
      }
      case Primitive.AvgPool a ->
          one(floating(op, in[0]), a.window().outputShape(in[0].shape(), in[0].shape().size(1)));
      case Primitive.AvgPoolGrad a -> {
        long[] d = new long[a.inputSize().size() + 2];
        d[0] = in[0].shape().size(0);
        d[1] = in[0].shape().size(1);
        System.arraycopy(a.inputSize().toArray(), 0, d, 2, a.inputSize().size());
        yield one(floating(op, in[0]), Shape.of(d));
      }
      case Primitive.Full f -> one(f.dtype(), f.shape());
      case Primitive.Iota i -> one(i.dtype(), Shape.of(i.size()));
      case Primitive.Random r -> {
        if (r.distribution() == Distribution.BITS ? r.dtype() != INT32 : !r.dtype().isFloat()) {
          throw new DTypeException(
              "random " + r.distribution() + " does not give dtype " + r.dtype());
        }
        yield one(r.dtype(), r.shape());
      }
      case Primitive.Cholesky c -> {
        square(op, in[0].shape());
        yield one(floating(op, in[0]), in[0].shape());
      }
      case Primitive.Solve s -> solve(s, in[0], in[1]);
      case Primitive.SignLogDet d -> {
        square(op, in[0].shape());
        Shape batch = in[0].shape().slice(0, in[0].shape().rank() - 2);
        TensorType type = new TensorType(floating(op, in[0]), batch);
        yield new TensorType[] {type, type};
      }
      case Primitive.Eigh e -> {
        square(op, in[0].shape());
        yield new TensorType[] {
          new TensorType(floating(op, in[0]), in[0].shape().without(-1)), in[0]
        };
      }
    };
  }

  /** The number of operands; -1 for any number from 1. */
  static int arity(Primitive op) {
    return switch (op) {
      case Primitive.Full f -> 0;
      case Primitive.Iota i -> 0;
      case Primitive.Random r -> 0;
      case Primitive.Concat c -> -1;
      case Primitive.Where w -> 3;
      case Primitive.Scatter s -> 3;
      case Primitive.IndexAdd s -> 3;
      case Primitive.Binary b -> 2;
      case Primitive.Gather g -> 2;
      case Primitive.IndexSelect s -> 2;
      case Primitive.MatMul m -> 2;
      case Primitive.Convolution c -> 2;
      case Primitive.ConvolutionInputGrad c -> 2;
      case Primitive.ConvolutionWeightGrad c -> 2;
      case Primitive.Solve s -> 2;
      default -> 1;
    };
  }

  private static void arity(Primitive op, TensorType[] in) {
    int want = arity(op);
    if (want >= 0 ? in.length != want : in.length == 0) {
      throw new ShapeException(
          op.name()
              + " takes "
              + (want < 0 ? "at least one" : want)
              + " operands, got "
              + in.length);
    }
  }

  private static TensorType[] one(DType dtype, Shape shape) {
    return new TensorType[] {new TensorType(dtype, shape)};
  }

  private static DType unary(UnaryKind kind, DType dtype) {
    boolean ok =
        switch (kind.domain()) {
          case NUMERIC -> !dtype.isBool();
          case FLOAT -> dtype.isFloat();
          case BITS -> !dtype.isFloat();
          case PREDICATE -> true;
        };
    if (!ok) {
      throw new DTypeException(kind.label() + " does not take dtype " + dtype);
    }
    return kind.domain() == UnaryKind.Domain.PREDICATE ? BOOL : dtype;
  }

  private static DType binary(BinaryKind kind, DType dtype) {
    boolean ok =
        switch (kind.domain()) {
          case NUMERIC ->
              !dtype.isBool()
                  || kind == BinaryKind.MAXIMUM
                  || kind == BinaryKind.MINIMUM
                  || kind == BinaryKind.ADD
                  || kind == BinaryKind.MUL;
          case FLOAT -> dtype.isFloat();
          case COMPARE -> true;
          case BITS -> !dtype.isFloat();
          case SHIFT -> dtype.isInteger();
        };
    if (!ok) {
      throw new DTypeException(kind.label() + " does not take dtype " + dtype);
    }
    return kind.domain() == BinaryKind.Domain.COMPARE ? BOOL : dtype;
  }

  private static TensorType[] concat(Primitive.Concat op, TensorType[] in) {
    Shape first = in[0].shape();
    int axis = first.axis(op.axis());
    long size = 0;
    for (TensorType t : in) {
      sameDType(op, in[0], t);
      if (t.shape().rank() != first.rank()
          || !t.shape().with(axis, 0).equals(first.with(axis, 0))) {
        throw new ShapeException(
            "concat along axis "
                + axis
                + " needs equal sizes on the other axes, got shapes "
                + first
                + " and "
                + t.shape());
      }
      size += t.shape().size(axis);
    }
    return one(in[0].dtype(), first.with(axis, size));
  }

  private static TensorType[] reduce(Primitive.Reduce op, TensorType in) {
    Shape out = in.shape().reduced(op.axes().toIntArray(), op.keepDims());
    boolean needsOne = op.kind() != ReduceKind.SUM && op.kind() != ReduceKind.PROD;
    if (needsOne && in.shape().numel() == 0 && out.numel() > 0) {
      throw new ShapeException(
          op.name()
              + " over axes "
              + op.axes()
              + " of shape "
              + in.shape()
              + " has no elements to choose from");
    }
    if (in.dtype().isBool() && (op.kind() == ReduceKind.SUM || op.kind() == ReduceKind.PROD)) {
      throw new DTypeException(op.name() + " does not take dtype bool; cast to int64 first");
    }
    return one(op.kind().isIndex() ? INT64 : in.dtype(), out);
  }

  private static TensorType[] matmul(TensorType a, TensorType b) {
    Shape x = a.shape();
    Shape y = b.shape();
    if (x.rank() < 2 || y.rank() < 2) {
      throw new ShapeException("matmul needs operands of rank 2 or more, got " + x + " and " + y);
    }
    if (a.dtype() != b.dtype()) {
      throw new DTypeException(
          "matmul needs operands of one dtype, got " + a.dtype() + " and " + b.dtype());
    }
    if (x.size(-1) != y.size(-2)) {
      throw new ShapeException(
          "matmul of "
              + x
              + " and "
              + y
              + ": the inner sizes "
              + x.size(-1)
              + " and "
              + y.size(-2)
              + " differ");
    }
    Shape batch = Shape.broadcast(x.slice(0, x.rank() - 2), y.slice(0, y.rank() - 2));
    return one(a.dtype(), batch.concat(Shape.of(x.size(-2), y.size(-1))));
  }

  private static TensorType[] convolution(
      Primitive.Convolution op, TensorType x, TensorType weight) {
    sameDType(op, x, weight);
    floatOrInt(op, x);
    Shape w = weight.shape();
    if (w.rank() != op.window().rank() + 2) {
      throw new ShapeException(
          "convolution expects a weight of rank " + (op.window().rank() + 2) + ", got " + w);
    }
    Shape out = op.window().outputShape(x.shape(), w.size(0));
    if (x.shape().size(1) != w.size(1) * op.groups() || w.size(0) % op.groups() != 0) {
      throw new ShapeException(
          "convolution with "
              + op.groups()
              + " groups: input "
              + x.shape()
              + " has "
              + x.shape().size(1)
              + " channels, weight "
              + w
              + " expects "
              + w.size(1) * op.groups()
              + " (and outputs divisible by the groups)");
    }
    return one(x.dtype(), out);
  }

  private static TensorType[] solve(Primitive.Solve op, TensorType a, TensorType b) {
    square(op, a.shape());
    sameDType(op, a, b);
    if (b.shape().rank() < 2 || b.shape().size(-2) != a.shape().size(-1)) {
      throw new ShapeException(
          "solve of A "
              + a.shape()
              + " and B "
              + b.shape()
              + ": B must have "
              + a.shape().size(-1)
              + " rows");
    }
    Shape x = a.shape();
    Shape y = b.shape();
    Shape batch = Shape.broadcast(x.slice(0, x.rank() - 2), y.slice(0, y.rank() - 2));
    return one(floating(op, a), batch.concat(Shape.of(y.size(-2), y.size(-1))));
  }

  private static void square(Op op, Shape s) {
    if (s.rank() < 2 || s.size(-1) != s.size(-2)) {
      throw new ShapeException(op.name() + " needs square matrices [..., n, n], got " + s);
    }
  }

  private static DType floating(Op op, TensorType t) {
    if (!t.dtype().isFloat()) {
      throw new DTypeException(op.name() + " needs a float dtype, got " + t.dtype());
    }
    return t.dtype();
  }

  private static void floatOrInt(Op op, TensorType t) {
    if (t.dtype().isBool()) {
      throw new DTypeException(op.name() + " does not take dtype bool");
    }
  }

  private static void sameDType(Op op, TensorType a, TensorType b) {
    if (a.dtype() != b.dtype()) {
      throw new DTypeException(
          op.name() + " needs operands of one dtype, got " + a.dtype() + " and " + b.dtype());
    }
  }

  private static void dtype(Op op, String role, DType want, TensorType t) {
    if (t.dtype() != want) {
      throw new DTypeException(
          op.name() + " needs the " + role + " as " + want + ", got " + t.dtype());
    }
  }

  private static void rank(Op op, String role, int want, Shape s) {
    if (s.rank() != want) {
      throw new ShapeException(
          op.name() + " needs the " + role + " of rank " + want + ", got shape " + s);
    }
  }

  private static void within(Op op, Shape index, Shape of, int exceptAxis) {
    boolean ok = index.rank() == of.rank();
    for (int i = 0; ok && i < of.rank(); i++) {
      ok = i == exceptAxis || index.size(i) <= of.size(i);
    }
    if (!ok) {
      throw new ShapeException(
          op.name()
              + ": index of shape "
              + index
              + " does not fit shape "
              + of
              + (exceptAxis >= 0 ? " outside axis " + exceptAxis : ""));
    }
  }
}
