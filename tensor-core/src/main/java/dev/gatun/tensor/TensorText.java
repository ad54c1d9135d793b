package dev.gatun.tensor;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.function.IntFunction;

/** The layout of {@link Tensor#toText()}: NumPy's array2string with its default options. */
final class TensorText {
  private static final int THRESHOLD = 1000;
  private static final int EDGE = 3;
  private static final int LINE_WIDTH = 75;

  private final long[] sizes;
  private final boolean summary;
  private final String[] words;
  private int next;

  private TensorText(long[] sizes, boolean summary, String[] words) {
    this.sizes = sizes;
    this.summary = summary;
    this.words = words;
  }

  static String format(Tensor x, int precision) {
    if (precision < 0) {
      throw new IllegalArgumentException("precision must be at least 0, got " + precision);
    }
    if (x.numel() == 0) {
      return "[]";
    }
    try (Scope _ = Scope.open()) {
      boolean summary = x.numel() > THRESHOLD;
      Tensor shown = summary ? edges(x.detach()) : x.detach();
      String[] words = words(shown, precision);
      return x.rank() == 0
          ? words[0]
          : new TensorText(x.shape().toArray(), summary, words).block(0, " ", LINE_WIDTH);
    }
  }

  /** Only the first and last elements along each axis. */
  private static Tensor edges(Tensor x) {
    for (int a = 0; a < x.rank(); a++) {
      long n = x.size(a);
      if (n > 2 * EDGE) {
        x = Tensor.concat(a, x.narrow(a, 0, EDGE), x.narrow(a, n - EDGE, EDGE));
      }
    }
    return x;
  }

  private static String[] words(Tensor x, int precision) {
    if (x.dtype().isFloat()) {
      double[] values = x.toDoubleArray();
      Decimals decimals = new Decimals(x.dtype(), precision);
      return x.rank() == 0 ? new String[] {decimals.scalar(values[0])} : decimals.column(values);
    }
    long[] values = x.toLongArray();
    boolean bool = x.dtype().isBool();
    IntFunction<String> word =
        i -> bool ? values[i] != 0 ? "True" : "False" : Long.toString(values[i]);
    String[] words = new String[values.length];
    Arrays.setAll(words, word);
    int width =
        bool && x.rank() > 0 ? 5 : Arrays.stream(words).mapToInt(String::length).max().orElse(0);
    return pad(words, x.rank() == 0 ? 0 : width);
  }

  private static String[] pad(String[] words, int width) {
    for (int i = 0; i < words.length; i++) {
      words[i] = " ".repeat(Math.max(0, width - words[i].length())) + words[i];
    }
    return words;
  }

  /** What stands for one index of the axes before {@code axis}, brackets included. */
  private String block(int axis, String indent, int width) {
    int left = sizes.length - axis;
    boolean cut = summary && sizes[axis] > 2 * EDGE;
    int n = cut ? 2 * EDGE : (int) sizes[axis];
    StringBuilder out = new StringBuilder();
    if (left == 1) {
      StringBuilder line = new StringBuilder(indent);
      for (int i = 0; i < n; i++) {
        if (cut && i == EDGE) {
          add(out, line, "...", indent, width - 1);
          line.append(' ');
        }
        add(out, line, words[next++], indent, width - 1);
        if (i < n - 1) {
          line.append(' ');
        }
      }
      out.append(line);
    } else {
      String separator = "\n".repeat(left - 1);
      for (int i = 0; i < n; i++) {
        if (cut && i == EDGE) {
          out.append(indent).append("...").append(separator);
        }
        out.append(indent).append(block(axis + 1, indent + " ", width - 1));
        if (i < n - 1) {
          out.append(separator);
        }
      }
    }
    return "[" + out.substring(indent.length()) + "]";
  }

  private static void add(
      StringBuilder out, StringBuilder line, String word, String indent, int width) {
    if (line.length() + word.length() > width && line.length() > indent.length()) {
      out.append(line.toString().stripTrailing()).append('\n');
      line.setLength(0);
      line.append(indent);
    }
    line.append(word);
  }

  /** Decimal text of the numbers of one float dtype. */
  private record Decimals(DType dtype, int precision) {

    /** One number as Python prints it. */
    String scalar(double v) {
      double size = Math.abs(v);
      if (!Double.isFinite(v)) {
        return special(v);
      }
      BigDecimal d = shortest(size);
      if (size == 0 || (size >= 1e-4 && size < 1e16)) {
        String s = d.setScale(Math.max(1, d.scale())).toPlainString();
        return sign(v) + s;
      }
      String[] parts = scientific(d);
      return sign(v) + parts[0] + (parts[1].isEmpty() ? "" : "." + parts[1]) + parts[2];
    }

    /** The numbers with their decimal points in one column. */
    String[] column(double[] values) {
      double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
      double max = Arrays.stream(finite).map(Math::abs).max().orElse(0);
      double min = Arrays.stream(finite).map(Math::abs).filter(v -> v != 0).min().orElse(1);
      boolean exponents = max >= 1e8 || min < 1e-4 || max / min > 1000;
      String[][] parts = new String[values.length][];
      int left = 0;
      int right = 0;
      int exponent = 0;
      for (int i = 0; i < values.length; i++) {
        if (Double.isFinite(values[i])) {
          double size = Math.abs(values[i]);
          parts[i] = exponents ? scientific(cut(size, true)) : positional(cut(size, false));
          parts[i][0] = sign(values[i]) + parts[i][0];
          left = Math.max(left, parts[i][0].length());
          right = Math.max(right, parts[i][1].length());
          exponent = Math.max(exponent, parts[i][2].length());
        }
      }
      int tail = right + exponent + 1;
      for (double v : values) {
        if (!Double.isFinite(v)) {
          left = Math.max(left, special(v).length() - tail);
        }
      }
      String[] words = new String[values.length];
      for (int i = 0; i < words.length; i++) {
        if (parts[i] == null) {
          words[i] = special(values[i]);
        } else {
          String fill = " ".repeat(right - parts[i][1].length());
          if (exponents && !fill.isEmpty()) {
            // With exponents all numbers get as many digits, true ones and not just zeros.
            parts[i] = scientific(round(Math.abs(values[i]), right));
            parts[i][0] = sign(values[i]) + parts[i][0];
            fill = "0".repeat(right - parts[i][1].length());
          }
          words[i] = parts[i][0] + "." + parts[i][1] + fill + parts[i][2];
        }
      }
      return pad(words, left + tail);
    }

    private static String sign(double v) {
      return Double.doubleToRawLongBits(v) < 0 ? "-" : "";
    }

    private static String special(double v) {
      return Double.isNaN(v) ? "nan" : v > 0 ? "inf" : "-inf";
    }

    /** The shortest decimal, or the exact number rounded where that has too many digits. */
    private BigDecimal cut(double size, boolean significant) {
      BigDecimal d = shortest(size);
      int digits = significant ? d.stripTrailingZeros().precision() - 1 : d.scale();
      if (digits <= precision) {
        return d;
      }
      return significant
          ? round(size, precision)
          : plain(new BigDecimal(size).setScale(precision, RoundingMode.HALF_EVEN));
    }

    /** Rounded to a number of digits after the first. */
    private static BigDecimal round(double size, int digits) {
      return plain(new BigDecimal(size).round(new MathContext(digits + 1, RoundingMode.HALF_EVEN)));
    }

    private static String[] positional(BigDecimal d) {
      String s = d.toPlainString();
      int point = s.indexOf('.');
      return point < 0
          ? new String[] {s, "", ""}
          : new String[] {s.substring(0, point), s.substring(point + 1), ""};
    }

    private static String[] scientific(BigDecimal d) {
      String digits = d.signum() == 0 ? "0" : d.stripTrailingZeros().unscaledValue().toString();
      int exponent = d.signum() == 0 ? 0 : d.precision() - d.scale() - 1;
      String e = (exponent < 0 ? "e-" : "e+") + (Math.abs(exponent) < 10 ? "0" : "");
      return new String[] {digits.substring(0, 1), digits.substring(1), e + Math.abs(exponent)};
    }

    private static BigDecimal plain(BigDecimal d) {
      BigDecimal s = d.stripTrailingZeros();
      return s.scale() < 0 ? s.setScale(0) : s;
    }

    /** The decimal of fewest digits that reads back as the same number of the dtype. */
    private BigDecimal shortest(double size) {
      if (size == 0) {
        return BigDecimal.ZERO;
      }
      // Java's own shortest text has at least two digits, and does not know the 16-bit floats.
      int from = 1;
      int to = 2;
      BigDecimal known =
          switch (dtype) {
            case FLOAT64 -> new BigDecimal(Double.toString(size));
            case FLOAT32 -> new BigDecimal(Float.toString((float) size));
            default -> {
              to = 6;
              yield new BigDecimal(size);
            }
          };
      for (int digits = from; digits < to; digits++) {
        BigDecimal d = round(size, digits - 1);
        if (narrow(d.doubleValue()) == size) {
          return plain(d);
        }
      }
      return plain(known);
    }

    private double narrow(double v) {
      return switch (dtype) {
        case FLOAT64 -> v;
        case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16((float) v));
        case BFLOAT16 -> {
          int bits = Float.floatToRawIntBits((float) v);
          yield Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
        }
        default -> (float) v;
      };
    }
  }
}
