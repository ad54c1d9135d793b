package dev.gatun.tensor;

import dev.gatun.tensor.op.ScatterKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Evaluates index expressions: first the basic entries as views, then the tensors. Stateless. */
final class IndexExpression {
  private IndexExpression() {}

  /** The view that the basic entries make, and for each of its axes the tensor that indexes it. */
  private record Basic(Tensor view, List<@Nullable Tensor> advanced) {
    boolean isView() {
      return advanced.stream().allMatch(t -> t == null);
    }
  }

  static Tensor get(Tensor x, Index... indices) {
    Basic b = basic(x, indices);
    return b.isView() ? b.view : advanced(b.view, b.advanced);
  }

  /** A copy with the indexed elements replaced or increased. */
  static Tensor put(Tensor x, Tensor values, boolean accumulate, Index... indices) {
    // The same expression on a tensor of positions says where the values go.
    Tensor at = get(x.iota(x.numel()).reshape(x.shape()), indices);
    Tensor source = values.to(x.dtype()).expand(at.shape()).reshape(-1);
    ScatterKind kind = accumulate ? ScatterKind.ADD : ScatterKind.SET;
    return x.reshape(-1).scatter(0, at.reshape(-1), source, kind).reshape(x.shape());
  }

  static void assign(Tensor x, Tensor values, Index... indices) {
    try (Scope _ = Scope.open()) {
      Basic b = basic(x.detach(), indices);
      if (b.isView()) {
        b.view.assign(values);
      } else {
        x.assign(put(x.detach(), values.detach(), false, indices));
      }
    }
  }

  private static Basic basic(Tensor x, Index... indices) {
    Index[] full = withEllipsis(x.shape(), indices);
    Tensor view = x;
    List<@Nullable Tensor> advanced = new ArrayList<>();
    for (Index index : full) {
      int axis = advanced.size();
      switch (index) {
        case Index.At at -> view = view.select(axis, at.position());
        case Index.Slice s -> {
          view = slice(view, axis, s);
          advanced.add(null);
        }
        case Index.NewAxis n -> {
          view = view.unsqueeze(axis);
          advanced.add(null);
        }
        case Index.Of of when of.tensor().dtype().isBool() -> {
          if (of.tensor().rank() == 0) {
            view = view.unsqueeze(axis);
          }
          advanced.addAll(places(of.tensor(), view.shape(), axis));
        }
        case Index.Of of -> advanced.add(of.tensor().to(DType.INT64));
        case Index.Ellipsis e -> throw new IllegalStateException("replaced before");
      }
    }
    return new Basic(view, advanced);
  }

  /** The ellipsis, or what is missing at the end, written as whole axes. */
  private static Index[] withEllipsis(Shape shape, Index... indices) {
    int used = 0;
    int ellipsis = -1;
    for (int i = 0; i < indices.length; i++) {
      switch (indices[i]) {
        case Index.At a -> used++;
        case Index.Slice s -> used++;
        case Index.NewAxis n -> {}
        case Index.Of of -> used += of.tensor().dtype().isBool() ? of.tensor().rank() : 1;
        case Index.Ellipsis e -> {
          if (ellipsis >= 0) {
            throw new ShapeException("An index expression takes at most one ellipsis");
          }
          ellipsis = i;
        }
      }
    }
    if (used > shape.rank()) {
      throw new ShapeException(
          "Too many indices: "
              + used
              + " axes are indexed, shape "
              + shape
              + " has "
              + shape.rank());
    }
    Index[] rest = new Index[shape.rank() - used];
    Arrays.fill(rest, Index.all());
    int head = ellipsis < 0 ? indices.length : ellipsis;
    int tail = ellipsis < 0 ? indices.length : ellipsis + 1;
    List<Index> full = new ArrayList<>(Arrays.asList(indices).subList(0, head));
    full.addAll(Arrays.asList(rest));
    full.addAll(Arrays.asList(indices).subList(tail, indices.length));
    return full.toArray(Index[]::new);
  }

  private static Tensor slice(Tensor x, int axis, Index.Slice s) {
    if (s.start() == null && s.stop() == null && s.step() == 1) {
      return x;
    }
    // Bounds beyond the ends are clipped, so these stand for absent ones in either direction.
    long none = Long.MAX_VALUE;
    long n = x.size(axis);
    long first = s.step() > 0 ? 0 : none;
    long last = s.step() > 0 ? none : -n - 1;
    long start = s.start() == null ? first : s.start();
    long stop = s.stop() == null ? last : s.stop();
    return x.slice(axis, start, stop, s.step());
  }

  /** A mask as one index tensor for each axis it stands for. */
  private static List<Tensor> places(Tensor mask, Shape shape, int axis) {
    Tensor wide = mask.rank() == 0 ? mask.reshape(1) : mask;
    int r = wide.rank();
    Shape want = shape.slice(axis, axis + r);
    if (!wide.shape().equals(want)) {
      throw new ShapeException(
          "A mask of shape "
              + mask.shape()
              + " does not fit axes "
              + axis
              + " to "
              + (axis + r - 1)
              + " of the indexed shape "
              + shape);
    }
    Tensor rows = wide.nonZero();
    List<Tensor> columns = new ArrayList<>();
    for (int i = 0; i < r; i++) {
      columns.add(rows.select(1, i));
    }
    return columns;
  }

  private static Tensor advanced(Tensor x, List<@Nullable Tensor> tensors) {
    int[] axes =
        java.util.stream.IntStream.range(0, tensors.size())
            .filter(i -> tensors.get(i) != null)
            .toArray();
    int count = axes.length;
    int first = axes[0];
    if (axes[count - 1] - first != count - 1) {
      int[] front = new int[count];
      Arrays.setAll(front, i -> i);
      x = x.movedim(axes, front);
      first = 0;
    }
    Shape common = Shape.scalar();
    for (int a : axes) {
      common = Shape.broadcast(common, java.util.Objects.requireNonNull(tensors.get(a)).shape());
    }
    Shape indexed = x.shape().slice(first, first + count);
    Tensor index = linear(tensors, axes, indexed);
    Shape before = x.shape().slice(0, first);
    Shape after = x.shape().slice(first + count, x.rank());
    Tensor merged = x.reshape(before.concat(Shape.of(indexed.numel())).concat(after));
    return merged
        .indexSelect(first, index.expand(common).reshape(-1))
        .reshape(before.concat(common).concat(after));
  }

  /** The row-major positions in the indexed axes; outside all of them where any is outside. */
  private static Tensor linear(List<@Nullable Tensor> tensors, int[] axes, Shape indexed) {
    Tensor sum = null;
    Tensor outside = null;
    for (int i = 0; i < axes.length; i++) {
      long n = indexed.size(i);
      Tensor index = java.util.Objects.requireNonNull(tensors.get(axes[i]));
      Tensor position = Indexing.fromEnd(index, n);
      if (axes.length == 1) {
        return position;
      }
      Tensor wrong = position.lt(0L).or(position.ge(n));
      sum = sum == null ? position : sum.mul(n).add(position);
      outside = outside == null ? wrong : outside.or(wrong);
    }
    Tensor found = java.util.Objects.requireNonNull(sum);
    return java.util.Objects.requireNonNull(outside).where(found.constant(indexed.numel()), found);
  }
}
