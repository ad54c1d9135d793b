package dev.gatun.examples;

import com.squareup.moshi.JsonWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/** One-line JSON objects for {@code --json}. */
public final class Json {
  private Json() {}

  /**
   * An object on one line. Numbers that JSON lacks (NaN, infinities) become null.
   *
   * @param keysAndValues names and values by turns; values are strings, numbers, booleans or null
   */
  public static String object(@Nullable Object... keysAndValues) {
    Buffer buffer = new Buffer();
    try (JsonWriter writer = JsonWriter.of(buffer)) {
      writer.setSerializeNulls(true);
      writer.beginObject();
      for (int i = 0; i < keysAndValues.length; i += 2) {
        writer.name(String.valueOf(keysAndValues[i]));
        switch (keysAndValues[i + 1]) {
          case null -> writer.nullValue();
          case Boolean b -> writer.value(b);
          case Double d when !Double.isFinite(d) -> writer.nullValue();
          case Number n -> writer.value(n);
          case Object other -> writer.value(other.toString());
        }
      }
      writer.endObject();
      return buffer.readUtf8();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a buffer in memory does not fail
    }
  }
}
