package dev.gatun.ai.testkit.dialect;

import com.squareup.moshi.JsonReader;
import com.squareup.moshi.JsonWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/** JSON as maps, lists, strings, numbers, booleans and nulls. */
public final class Json {
  private Json() {}

  /**
   * An object of keys and values by turns, in this order.
   *
   * @throws IllegalArgumentException if a key is no string or has no value
   */
  public static Map<String, @Nullable Object> obj(@Nullable Object... keysAndValues) {
    if (keysAndValues.length % 2 != 0) {
      throw new IllegalArgumentException("expected keys and values by turns");
    }
    var map = new LinkedHashMap<String, @Nullable Object>(keysAndValues.length);
    for (int i = 0; i < keysAndValues.length; i += 2) {
      if (!(keysAndValues[i] instanceof String key)) {
        throw new IllegalArgumentException("expected a key, and got " + keysAndValues[i]);
      }
      map.put(key, keysAndValues[i + 1]);
    }
    return map;
  }

  /** The text of a value, as UTF-8. */
  public static byte[] bytes(@Nullable Object value) {
    return write(value).readByteArray();
  }

  /** The text of a value. */
  public static String text(@Nullable Object value) {
    return write(value).readUtf8();
  }

  private static Buffer write(@Nullable Object value) {
    var buffer = new Buffer();
    try (JsonWriter writer = JsonWriter.of(buffer)) {
      writer.setSerializeNulls(true);
      writer.setLenient(true);
      write(writer, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return buffer;
  }

  private static void write(JsonWriter writer, @Nullable Object value) throws IOException {
    switch (value) {
      case null -> writer.nullValue();
      case String text -> writer.value(text);
      case Map<?, ?> map -> {
        writer.beginObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          writer.name((String) entry.getKey());
          write(writer, entry.getValue());
        }
        writer.endObject();
      }
      case List<?> list -> {
        writer.beginArray();
        for (Object item : list) {
          write(writer, item);
        }
        writer.endArray();
      }
      case float[] vector -> {
        writer.beginArray();
        for (float x : vector) {
          writer.value(x);
        }
        writer.endArray();
      }
      case Boolean flag -> writer.value(flag);
      // A whole number stays one on its way through readJsonValue, which makes doubles of all.
      case Double number when number == Math.rint(number) && Math.abs(number) < 0x1p53 ->
          writer.value(number.longValue());
      case Double number -> writer.value(number.doubleValue());
      case Float number -> writer.value(number);
      case Number number -> writer.value(number);
      default ->
          throw new IllegalArgumentException(
              "expected a JSON value, and got a " + value.getClass().getName());
    }
  }

  /**
   * The value of a text.
   *
   * @throws IOException if the text is no JSON
   */
  public static @Nullable Object parse(byte[] text) throws IOException {
    try (JsonReader reader = JsonReader.of(new Buffer().write(text))) {
      Object value = reader.readJsonValue();
      if (reader.peek() != JsonReader.Token.END_DOCUMENT) {
        throw new IOException("expected the end after the JSON value at " + reader.getPath());
      }
      return value;
    } catch (com.squareup.moshi.JsonDataException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * The value of a text.
   *
   * @throws IOException if the text is no JSON
   */
  public static @Nullable Object parse(String text) throws IOException {
    return parse(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A value as an object; an empty one if it is none. */
  @SuppressWarnings("unchecked") // readJsonValue's objects have strings as keys
  public static Map<String, @Nullable Object> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? (Map<String, @Nullable Object>) map : Map.of();
  }

  /** A value as a list; an empty one if it is none. */
  @SuppressWarnings("unchecked") // a list of anything
  public static List<@Nullable Object> list(@Nullable Object value) {
    return value instanceof List<?> list ? (List<@Nullable Object>) list : List.of();
  }

  /** A value as text; empty if it is none. */
  public static String string(@Nullable Object value) {
    return value instanceof String text ? text : "";
  }

  /** A value as a whole number; {@code otherwise} if it is no number. */
  public static long number(@Nullable Object value, long otherwise) {
    return value instanceof Number number ? number.longValue() : otherwise;
  }
}
