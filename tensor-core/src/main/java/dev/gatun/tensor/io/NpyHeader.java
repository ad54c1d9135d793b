package dev.gatun.tensor.io;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.DTypeException;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The header of an npy file, as NumPy's format specification (NEP 1) has it.
 *
 * @param kind the letter of NumPy's element type
 * @param itemSize the bytes of an element
 * @param bigEndian the byte order
 * @param fortran whether the first axis varies fastest
 * @param shape the sizes of the axes
 */
record NpyHeader(char kind, int itemSize, boolean bigEndian, boolean fortran, Shape shape) {
  /** The magic string, the version and the length of the header of version 2 and 3. */
  static final int LONGEST_PREFIX = 12;

  /** What NumPy itself accepts is 10,000; only structured types need more. */
  static final int LONGEST_HEADER = 1 << 16;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** The bytes of the data. */
  long dataBytes() {
    return shape.numel() * itemSize;
  }

  /** Where the header's text lies. */
  record Prefix(int start, long length) {}

  /** Reads what stands before the header's text. */
  static Prefix prefix(byte[] b, String file) {
    for (int i = 0; i < MAGIC.length; i++) {
      if (i >= b.length || b[i] != MAGIC[i]) {
        throw new FormatException(file + " is not an npy file: it does not begin with \\x93NUMPY");
      }
    }
    int major = b.length > 6 ? b[6] : 0;
    if (major < 1 || major > 3) {
      throw new FormatException(
          file + " has npy version " + major + "; versions 1, 2 and 3 can be read");
    }
    int start = major == 1 ? 10 : 12;
    if (b.length < start) {
      throw new FormatException(file + " ends within the npy header");
    }
    long length = (b[8] & 0xffL) | (b[9] & 0xffL) << 8;
    if (major > 1) {
      length |= (b[10] & 0xffL) << 16 | (b[11] & 0xffL) << 24;
    }
    if (length > LONGEST_HEADER) {
      throw new FormatException(
          file
              + " has an npy header of "
              + length
              + " bytes; at most "
              + LONGEST_HEADER
              + " are read");
    }
    return new Prefix(start, length);
  }

  /** The start of a file of version 1 that holds a tensor, padded to 64 bytes as NumPy does. */
  static byte[] bytes(DType dtype, Shape shape) {
    StringBuilder sizes = new StringBuilder();
    for (long d : shape.toArray()) {
      sizes.append(sizes.isEmpty() ? "" : ", ").append(d);
    }
    if (shape.rank() == 1) {
      sizes.append(',');
    }
    String text =
        "{'descr': '" + descr(dtype) + "', 'fortran_order': False, 'shape': (" + sizes + "), }";
    int length = (10 + text.length() + 1 + 63) / 64 * 64;
    text = text + " ".repeat(length - 10 - text.length() - 1) + "\n";
    byte[] out = new byte[length];
    System.arraycopy(MAGIC, 0, out, 0, MAGIC.length);
    out[6] = 1;
    out[8] = (byte) (length - 10);
    out[9] = (byte) ((length - 10) >> 8);
    System.arraycopy(text.getBytes(StandardCharsets.ISO_8859_1), 0, out, 10, length - 10);
    return out;
  }

  private static String descr(DType dtype) {
    return switch (dtype) {
      case FLOAT16 -> "<f2";
      case FLOAT32 -> "<f4";
      case FLOAT64 -> "<f8";
      case INT8 -> "|i1";
      case INT16 -> "<i2";
      case INT32 -> "<i4";
      case INT64 -> "<i8";
      case UINT8 -> "|u1";
      case BOOL -> "|b1";
      case BFLOAT16 ->
          throw new DTypeException("The npy format has no bfloat16; convert to float32 first");
    };
  }

  /** Parses the header's text: a Python dictionary of three literals. */
  static NpyHeader parse(String text, String file) {
    return new Parser(text, file).header();
  }

  /** Reads the dictionary from left to right. */
  private static final class Parser {
    private final String text;
    private final String file;
    private int at;

    Parser(String text, String file) {
      this.text = text;
      this.file = file;
    }

    NpyHeader header() {
      String descr = null;
      Boolean fortran = null;
      Shape shape = null;
      expect('{');
      while (!accept('}')) {
        String key = string();
        expect(':');
        switch (key) {
          case "descr" -> descr = descr();
          case "fortran_order" -> fortran = bool();
          case "shape" -> shape = shape();
          default -> throw bad("an unknown key '" + key + "'");
        }
        if (!accept(',')) {
          expect('}');
          break;
        }
      }
      skipBlanks();
      if (at < text.length()) {
        throw bad("text after its end");
      }
      if (descr == null || fortran == null || shape == null) {
        throw bad("not all of descr, fortran_order and shape");
      }
      return header(descr, fortran, shape);
    }

    private NpyHeader header(String descr, boolean fortran, Shape shape) {
      char order = descr.isEmpty() ? '?' : descr.charAt(0);
      String type = descr.isEmpty() ? "" : descr.substring(1);
      boolean known =
          switch (type) {
            case "f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1" -> true;
            default -> false;
          };
      if (!known || "<>|=".indexOf(order) < 0) {
        throw new FormatException(
            file
                + " has elements of NumPy type '"
                + descr
                + "'; only bool, integers and floats of 16 to 64 bits can be read");
      }
      int size = type.charAt(1) - '0';
      try {
        Math.multiplyExact(shape.numel(), (long) size);
      } catch (ArithmeticException e) {
        throw new FormatException(file + " claims the impossible shape " + shape, e);
      }
      return new NpyHeader(type.charAt(0), size, order == '>', fortran, shape);
    }

    private String descr() {
      skipBlanks();
      if (at < text.length() && text.charAt(at) == '[') {
        throw new FormatException(
            file + " has structured elements; only bool, integers and floats can be read");
      }
      return string();
    }

    private String string() {
      skipBlanks();
      char quote = at < text.length() ? text.charAt(at) : ' ';
      int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
      if (end < 0) {
        throw bad("no text in quotes at position " + at);
      }
      String s = text.substring(at + 1, end);
      at = end + 1;
      return s;
    }

    private boolean bool() {
      skipBlanks();
      for (String word : List.of("True", "False")) {
        if (text.startsWith(word, at)) {
          at += word.length();
          return word.equals("True");
        }
      }
      throw bad("no True or False for fortran_order");
    }

    private Shape shape() {
      List<Long> sizes = new ArrayList<>();
      expect('(');
      while (!accept(')')) {
        skipBlanks();
        int start = at;
        while (at < text.length() && Character.digit(text.charAt(at), 10) >= 0) {
          at++;
        }
        try {
          sizes.add(Long.parseLong(text.substring(start, at)));
        } catch (NumberFormatException e) {
          throw bad("no size at position " + start);
        }
        if (!accept(',')) {
          expect(')');
          break;
        }
      }
      if (sizes.size() > 64) {
        throw bad("more than 64 axes");
      }
      try {
        return Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
      } catch (ShapeException e) {
        throw new FormatException(file + " claims the impossible shape " + sizes, e);
      }
    }

    private void skipBlanks() {
      while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }

    private boolean accept(char c) {
      skipBlanks();
      boolean there = at < text.length() && text.charAt(at) == c;
      at += there ? 1 : 0;
      return there;
    }

    private void expect(char c) {
      if (!accept(c)) {
        throw bad("no '" + c + "' at position " + at);
      }
    }

    private FormatException bad(String what) {
      return new FormatException(file + " has an npy header with " + what);
    }
  }
}
