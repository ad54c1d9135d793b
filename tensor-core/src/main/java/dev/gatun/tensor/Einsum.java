package dev.gatun.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sums of products by Einstein's convention. Operands are contracted from left to right, each pair
 * by one batched matrix product of permuted and reshaped operands. Stateless.
 */
final class Einsum {
  /** Letters are labels 0 to 51; the axes of an ellipsis follow, the last axis first. */
  private static final int ELLIPSIS = 52;

  private static final int LABELS = ELLIPSIS + 64;

  private final String equation;
  private final long[] sizes = new long[LABELS];
  private int ellipsisAxes;

  private Einsum(String equation) {
    this.equation = equation;
    Arrays.fill(sizes, -1);
  }

  /** An operand and the labels of its axes; no label is there twice. */
  @SuppressWarnings("ArrayRecordComponent") // never compared, never shown
  private record Term(Tensor tensor, int[] labels) {}

  static Tensor compute(String equation, Tensor... operands) {
    return new Einsum(equation.replace(" ", "")).compute(operands);
  }

  private Tensor compute(Tensor[] operands) {
    int arrow = equation.indexOf("->");
    String left = arrow < 0 ? equation : equation.substring(0, arrow);
    String[] inputs = left.split(",", -1);
    if (operands.length == 0 || inputs.length != operands.length) {
      throw error("names " + inputs.length + " operands, got " + operands.length);
    }
    DType common = operands[0].dtype();
    for (Tensor t : operands) {
      common = DType.promote(common, t.dtype());
    }
    int[][] labels = new int[inputs.length][];
    for (int i = 0; i < inputs.length; i++) {
      labels[i] = labels(inputs[i], operands[i].shape());
      note(labels[i], operands[i].shape());
    }
    int[] output = arrow < 0 ? implicitOutput(labels) : output(equation.substring(arrow + 2));
    List<Term> terms = new ArrayList<>();
    for (int i = 0; i < inputs.length; i++) {
      terms.add(distinct(operands[i].to(common), labels[i]));
    }
    Term result = terms.get(0);
    for (int i = 1; i < terms.size(); i++) {
      boolean[] needed = needed(output, terms.subList(i + 1, terms.size()));
      result = contract(result, terms.get(i), needed);
    }
    return arrange(sumOthers(result, needed(output, List.of())), output);
  }

  private ShapeException error(String what) {
    return new ShapeException("einsum '" + equation + "' " + what);
  }

  /** The labels of an operand's axes. */
  private int[] labels(String term, Shape shape) {
    int dots = term.indexOf("...");
    int letters = dots < 0 ? term.length() : term.length() - 3;
    int more = shape.rank() - letters;
    if (more < 0 || (dots < 0 && more > 0)) {
      throw error("has the term '" + term + "' for an operand of shape " + shape);
    }
    int[] out = new int[shape.rank()];
    int axis = 0;
    for (int i = 0; i < term.length(); i++) {
      if (i == dots) {
        for (int k = more - 1; k >= 0; k--) {
          out[axis++] = ELLIPSIS + k;
        }
        ellipsisAxes = Math.max(ellipsisAxes, more);
        i += 2;
      } else {
        out[axis++] = label(term.charAt(i));
      }
    }
    return out;
  }

  /** Capitals before small letters, which is the order of an implicit output. */
  private int label(char c) {
    if (c >= 'A' && c <= 'Z') {
      return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
      return 26 + c - 'a';
    }
    throw error("has '" + c + "' where a letter, '...', ',' or '->' is expected");
  }

  /** Learns the sizes of labels; a size of 1 broadcasts. */
  private void note(int[] labels, Shape shape) {
    for (int i = 0; i < labels.length; i++) {
      long have = sizes[labels[i]];
      long size = shape.size(i);
      if ((have > 1 && size != 1 && size != have) || (have == 0 && size > 1)) {
        throw error(
            "gives one label the sizes "
                + have
                + " and "
                + size
                + " (operand of shape "
                + shape
                + ")");
      }
      sizes[labels[i]] = have == -1 || have == 1 ? size : have;
    }
  }

  private int[] implicitOutput(int[][] inputs) {
    int[] count = new int[LABELS];
    for (int[] labels : inputs) {
      for (int l : labels) {
        count[l]++;
      }
    }
    int[] out = new int[LABELS];
    int n = 0;
    for (int k = ellipsisAxes - 1; k >= 0; k--) {
      out[n++] = ELLIPSIS + k;
    }
    for (int l = 0; l < ELLIPSIS; l++) {
      if (count[l] == 1) {
        out[n++] = l;
      }
    }
    return Arrays.copyOf(out, n);
  }

  private int[] output(String term) {
    int dots = term.indexOf("...");
    int[] out = new int[LABELS];
    boolean[] seen = new boolean[LABELS];
    int n = 0;
    for (int i = 0; i < term.length(); i++) {
      if (i == dots) {
        for (int k = ellipsisAxes - 1; k >= 0; k--) {
          out[n++] = ELLIPSIS + k;
        }
        i += 2;
        continue;
      }
      int l = label(term.charAt(i));
      if (sizes[l] < 0) {
        throw error("has '" + term.charAt(i) + "' in its output but in no operand");
      }
      if (seen[l]) {
        throw error("has '" + term.charAt(i) + "' twice in its output");
      }
      seen[l] = true;
      out[n++] = l;
    }
    return Arrays.copyOf(out, n);
  }

  /** Broadcast axes expanded, and the diagonal taken where a label is there twice. */
  private Term distinct(Tensor operand, int[] labels) {
    long[] full = new long[labels.length];
    for (int i = 0; i < full.length; i++) {
      full[i] = sizes[labels[i]];
    }
    Tensor t = operand.expand(Shape.of(full));
    int[] rest = labels;
    for (int i = 0; i < rest.length; i++) {
      for (int j = rest.length - 1; j > i; j--) {
        if (rest[i] == rest[j]) {
          t = Diagonals.diagonal(t, 0, i, j); // becomes the last axis
          int repeated = rest[i];
          rest = without(without(rest, j), i);
          rest = Arrays.copyOf(rest, rest.length + 1);
          rest[rest.length - 1] = repeated;
          i = -1; // positions have changed: look from the first again
          break;
        }
      }
    }
    return new Term(t, rest);
  }

  private static int[] without(int[] labels, int at) {
    int[] out = Arrays.copyOf(labels, labels.length - 1);
    System.arraycopy(labels, at + 1, out, at, out.length - at);
    return out;
  }

  private static boolean[] needed(int[] output, List<Term> later) {
    boolean[] needed = new boolean[LABELS];
    for (int l : output) {
      needed[l] = true;
    }
    for (Term t : later) {
      for (int l : t.labels()) {
        needed[l] = true;
      }
    }
    return needed;
  }

  /** Sums over the labels that are not needed. */
  private static Term sumOthers(Term t, boolean[] needed) {
    int[] axes = new int[t.labels().length];
    int[] kept = new int[t.labels().length];
    int n = 0;
    int k = 0;
    for (int i = 0; i < t.labels().length; i++) {
      if (needed[t.labels()[i]]) {
        kept[k++] = t.labels()[i];
      } else {
        axes[n++] = i;
      }
    }
    return n == 0 ? t : new Term(t.tensor().sum(Arrays.copyOf(axes, n)), Arrays.copyOf(kept, k));
  }

  private static boolean has(int[] labels, int label) {
    return Arrays.stream(labels).anyMatch(l -> l == label);
  }

  private Term contract(Term left, Term right, boolean[] needed) {
    boolean[] leftNeeded = needed.clone();
    boolean[] rightNeeded = needed.clone();
    for (int l : right.labels()) {
      leftNeeded[l] = true;
    }
    for (int l : left.labels()) {
      rightNeeded[l] = true;
    }
    Term a = sumOthers(left, leftNeeded);
    Term b = sumOthers(right, rightNeeded);
    int[] batch = Arrays.stream(a.labels()).filter(l -> has(b.labels(), l) && needed[l]).toArray();
    int[] inner = Arrays.stream(a.labels()).filter(l -> has(b.labels(), l) && !needed[l]).toArray();
    int[] rows = Arrays.stream(a.labels()).filter(l -> !has(b.labels(), l)).toArray();
    int[] columns = Arrays.stream(b.labels()).filter(l -> !has(a.labels(), l)).toArray();
    int[] labels = join(batch, rows, columns);
    if (inner.length == 0) {
      Tensor x = arrange(a, join(batch, rows));
      Tensor y = arrange(b, join(batch, columns));
      for (int i = 0; i < columns.length; i++) {
        x = x.unsqueeze(-1);
      }
      for (int i = 0; i < rows.length; i++) {
        y = y.unsqueeze(batch.length);
      }
      return new Term(x.mul(y), labels);
    }
    Shape lead = shape(batch);
    Tensor x =
        arrange(a, join(batch, rows, inner))
            .reshape(lead.concat(Shape.of(shape(rows).numel(), shape(inner).numel())));
    Tensor y =
        arrange(b, join(batch, inner, columns))
            .reshape(lead.concat(Shape.of(shape(inner).numel(), shape(columns).numel())));
    return new Term(x.matmul(y).reshape(shape(labels)), labels);
  }

  private static int[] join(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
  }

  private Shape shape(int[] labels) {
    return Shape.of(Arrays.stream(labels).mapToLong(l -> sizes[l]).toArray());
  }

  /** The tensor with its axes in the order of the labels. */
  private static Tensor arrange(Term t, int[] order) {
    int[] axes = new int[order.length];
    boolean same = true;
    for (int i = 0; i < axes.length; i++) {
      for (int j = 0; j < axes.length; j++) {
        if (t.labels()[j] == order[i]) {
          axes[i] = j;
        }
      }
      same &= axes[i] == i;
    }
    return same ? t.tensor() : t.tensor().permute(axes);
  }
}
