package dev.gatun.ai.json;

import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonEncodingException;
import com.squareup.moshi.JsonReader;
import com.squareup.moshi.JsonWriter;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import okio.Buffer;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value that keeps what it read: members in their order, unknown ones too, and numbers as
 * they were written, so that a relayed document loses nothing. Immutable and thread-safe.
 */
public sealed interface Json {
  /** Deeper documents are refused instead of overflowing the stack. */
  int MAX_DEPTH = 255;

  /** JSON's {@code null}. */
  Json NULL = new Null();

  /** An object; members keep their order. */
  record Obj(Map<String, Json> members) implements Json {
    /** The empty object. */
    public static final Obj EMPTY = new Obj(Map.of());

    /** Copies the members. */
    public Obj {
      members = members instanceof Members own ? own : new Members(new LinkedHashMap<>(members));
    }

    /** The member of a name, when it is there and not {@code null}. */
    public Optional<Json> get(String name) {
      Json value = members.get(name);
      return value == null || value instanceof Null ? Optional.empty() : Optional.of(value);
    }

    /** The text of a member that is a string. */
    public Optional<String> string(String name) {
      return members.get(name) instanceof Str s ? Optional.of(s.value()) : Optional.empty();
    }

    /** The value of a member that is a whole number. */
    public OptionalLong integer(String name) {
      return members.get(name) instanceof Num n ? n.integer() : OptionalLong.empty();
    }

    /** The value of a member that is a number. */
    public OptionalDouble number(String name) {
      return members.get(name) instanceof Num n
          ? OptionalDouble.of(Double.parseDouble(n.literal()))
          : OptionalDouble.empty();
    }

    /** The value of a member that is true or false. */
    public Optional<Boolean> bool(String name) {
      return members.get(name) instanceof Bool b ? Optional.of(b.value()) : Optional.empty();
    }

    /** A member that is an object, else the empty object. */
    public Obj object(String name) {
      return members.get(name) instanceof Obj o ? o : EMPTY;
    }

    /** The elements of a member that is an array, else none. */
    public List<Json> array(String name) {
      return members.get(name) instanceof Arr a ? a.elements() : List.of();
    }

    /** This object with a member set, at its old place or at the end. */
    public Obj with(String name, Json value) {
      Map<String, Json> copy = new LinkedHashMap<>(members);
      copy.put(name, value);
      return new Obj(new Members(copy));
    }

    /** This object without the members of these names. */
    public Obj without(String... names) {
      return without(Set.of(names));
    }

    /** This object without the members of these names. */
    public Obj without(Set<String> names) {
      if (names.containsAll(members.keySet())) {
        return EMPTY;
      }
      Map<String, Json> rest = new LinkedHashMap<>();
      members.forEach((name, value) -> {
        if (!names.contains(name)) {
          rest.put(name, value);
        }
      });
      return new Obj(new Members(rest));
    }

    /** This object with all members of another set. */
    public Obj merge(Obj other) {
      if (other.members.isEmpty()) {
        return this;
      }
      Map<String, Json> copy = new LinkedHashMap<>(members);
      copy.putAll(other.members);
      return new Obj(new Members(copy));
    }

    @Override
    public String toString() {
      return Json.write(this);
    }
  }

  /** An array. */
  record Arr(List<Json> elements) implements Json {
    /** Copies the elements. */
    public Arr {
      elements = List.copyOf(elements);
    }

    @Override
    public String toString() {
      return Json.write(this);
    }
  }

  /** A string. */
  record Str(String value) implements Json {
    @Override
    public String toString() {
      return Json.write(this);
    }
  }

  /** A number, as it was written. */
  record Num(String literal) implements Json {
    /**
     * Its exact value.
     *
     * @throws ArithmeticException never for a literal that was parsed or made by {@link Json#of}
     */
    public BigDecimal decimal() {
      return new BigDecimal(literal);
    }

    /** Its value when it is whole and fits a long. */
    public OptionalLong integer() {
      try {
        return OptionalLong.of(Long.parseLong(literal));
      } catch (NumberFormatException e) {
        try {
          BigDecimal value = decimal();
          // A huge exponent would be written out digit by digit.
          return value.precision() - value.scale() > 19
              ? OptionalLong.empty()
              : OptionalLong.of(value.longValueExact());
        } catch (ArithmeticException | NumberFormatException _) {
          return OptionalLong.empty();
        }
      }
    }

    @Override
    public String toString() {
      return literal;
    }
  }

  /** True or false. */
  record Bool(boolean value) implements Json {
    @Override
    public String toString() {
      return Boolean.toString(value);
    }
  }

  /** JSON's {@code null}. */
  record Null() implements Json {
    @Override
    public String toString() {
      return "null";
    }
  }

  /** A string. */
  static Json of(String value) {
    return new Str(value);
  }

  /** A whole number. */
  static Json of(long value) {
    return new Num(Long.toString(value));
  }

  /**
   * A number.
   *
   * @throws IllegalArgumentException for NaN and infinities, which JSON does not have
   */
  static Json of(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("JSON has no number " + value);
    }
    long whole = (long) value;
    return new Num(
        whole == value && Math.abs(value) < 1e15 ? Long.toString(whole) : Double.toString(value));
  }

  /** True or false. */
  static Json of(boolean value) {
    return new Bool(value);
  }

  /** An array. */
  static Arr array(Json... elements) {
    return new Arr(List.of(elements));
  }

  /** An array of strings. */
  static Arr strings(Iterable<String> values) {
    List<Json> list = new ArrayList<>();
    values.forEach(v -> list.add(new Str(v)));
    return new Arr(list);
  }

  /** An object with one member; add more with {@link Obj#with}. */
  static Obj object(String name, Json value) {
    return new Obj(Map.of(name, value));
  }

  /** A builder of objects. */
  static ObjectBuilder object() {
    return new ObjectBuilder();
  }

  /** Collects the members of an object; not thread-safe. */
  final class ObjectBuilder {
    private Map<String, Json> members = new LinkedHashMap<>();
    private boolean built;

    private ObjectBuilder() {}

    /** Sets a member. */
    public ObjectBuilder put(String name, Json value) {
      if (built) {
        members = new LinkedHashMap<>(members);
        built = false;
      }
      members.put(name, value);
      return this;
    }

    /** Sets a string member. */
    public ObjectBuilder put(String name, String value) {
      return put(name, of(value));
    }

    /** Sets a whole-number member. */
    public ObjectBuilder put(String name, long value) {
      return put(name, of(value));
    }

    /** Sets a number member. */
    public ObjectBuilder put(String name, double value) {
      return put(name, of(value));
    }

    /** Sets a true-or-false member. */
    public ObjectBuilder put(String name, boolean value) {
      return put(name, of(value));
    }

    /** The object. */
    public Obj build() {
      built = true;
      return new Obj(new Members(members));
    }
  }

  /**
   * Reads one document.
   *
   * @throws JsonSyntaxException when the text is not one well-formed JSON document
   */
  static Json parse(String text) {
    return parse(new Buffer().writeUtf8(text));
  }

  /**
   * Reads one document in UTF-8.
   *
   * @throws JsonSyntaxException when the bytes are not one well-formed JSON document
   */
  static Json parse(byte[] utf8) {
    return parse(new Buffer().write(utf8));
  }

  /**
   * Reads one document to the end of a source.
   *
   * @throws JsonSyntaxException when the bytes are not one well-formed JSON document
   */
  static Json parse(BufferedSource source) {
    JsonReader reader = JsonReader.of(source);
    try {
      Json value = read(reader, 0);
      if (reader.peek() != JsonReader.Token.END_DOCUMENT) {
        throw new JsonSyntaxException("JSON document followed by something else", null);
      }
      return value;
    } catch (JsonEncodingException | JsonDataException | EOFException e) {
      throw new JsonSyntaxException("Not a JSON document: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Json read(JsonReader reader, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new JsonSyntaxException("JSON nested deeper than " + MAX_DEPTH, null);
    }
    return switch (reader.peek()) {
      case BEGIN_OBJECT -> {
        Map<String, Json> members = new LinkedHashMap<>();
        reader.beginObject();
        while (reader.hasNext()) {
          String name = reader.nextName();
          members.put(name, read(reader, depth + 1));
        }
        reader.endObject();
        yield new Obj(new Members(members));
      }
      case BEGIN_ARRAY -> {
        List<Json> elements = new ArrayList<>();
        reader.beginArray();
        while (reader.hasNext()) {
          elements.add(read(reader, depth + 1));
        }
        reader.endArray();
        yield new Arr(elements);
      }
      case STRING -> new Str(reader.nextString());
      case NUMBER -> new Num(reader.nextString());
      case BOOLEAN -> new Bool(reader.nextBoolean());
      case NULL -> {
        reader.nextNull();
        yield NULL;
      }
      default -> throw new JsonSyntaxException("Not a JSON document: " + reader.peek(), null);
    };
  }

  /** The value as compact JSON text. */
  static String write(Json value) {
    return encode(value).readUtf8();
  }

  /** The value as compact JSON in UTF-8. */
  static byte[] bytes(Json value) {
    return encode(value).readByteArray();
  }

  /** The value as compact JSON in UTF-8. */
  static Buffer encode(Json value) {
    Buffer buffer = new Buffer();
    try (JsonWriter writer = JsonWriter.of(buffer)) {
      writer.setSerializeNulls(true);
      write(writer, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return buffer;
  }

  private static void write(JsonWriter writer, Json value) throws IOException {
    switch (value) {
      case Obj o -> {
        writer.beginObject();
        for (Map.Entry<String, Json> e : o.members().entrySet()) {
          writer.name(e.getKey());
          write(writer, e.getValue());
        }
        writer.endObject();
      }
      case Arr a -> {
        writer.beginArray();
        for (Json e : a.elements()) {
          write(writer, e);
        }
        writer.endArray();
      }
      case Str s -> writer.value(s.value());
      case Num n -> writer.value(new Literal(n.literal()));
      case Bool b -> writer.value(b.value());
      case Null _ -> writer.nullValue();
    }
  }

  /** A number whose text Moshi writes as it is. */
  final class Literal extends Number {
    private static final long serialVersionUID = 1;
    private final String text;

    private Literal(String text) {
      this.text = text;
    }

    @Override
    public int intValue() {
      return (int) doubleValue();
    }

    @Override
    public long longValue() {
      return (long) doubleValue();
    }

    @Override
    public float floatValue() {
      return (float) doubleValue();
    }

    @Override
    public double doubleValue() {
      return Double.parseDouble(text);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** The text is not a JSON document. */
  final class JsonSyntaxException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    JsonSyntaxException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
