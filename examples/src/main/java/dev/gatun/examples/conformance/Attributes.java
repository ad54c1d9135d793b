package dev.gatun.examples.conformance;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Typed reading of a JSON object; a missing or mistyped entry is an {@link
 * IllegalArgumentException} that names it.
 *
 * @param values what the object holds
 */
public record Attributes(Map<String, Object> values) {

  /** True when the entry is there and not null. */
  public boolean has(String key) {
    return values.get(key) != null;
  }

  /** A string. */
  public String text(String key) {
    return get(key, String.class);
  }

  /** A string, or what is said otherwise when it is missing. */
  public String text(String key, String otherwise) {
    return has(key) ? text(key) : otherwise;
  }

  /** A number; the string {@code inf} is infinity. */
  public double number(String key) {
    return "inf".equals(values.get(key)) ? Double.POSITIVE_INFINITY : get(key, Double.class);
  }

  /** A number, or what is said otherwise when it is missing. */
  public double number(String key, double otherwise) {
    return has(key) ? number(key) : otherwise;
  }

  /** A whole number. */
  public int integer(String key) {
    double v = number(key);
    if (v != (int) v) {
      throw new IllegalArgumentException("entry '" + key + "' should be a whole number, is " + v);
    }
    return (int) v;
  }

  /** A whole number, or what is said otherwise when it is missing. */
  public int integer(String key, int otherwise) {
    return has(key) ? integer(key) : otherwise;
  }

  /** True or false; false when it is missing. */
  public boolean flag(String key) {
    return has(key) && get(key, Boolean.class);
  }

  /** True or false, or what is said otherwise when it is missing. */
  public boolean flag(String key, boolean otherwise) {
    return has(key) ? flag(key) : otherwise;
  }

  /** A list of numbers; a single number is a list of one. */
  public double[] numbers(String key) {
    return values.get(key) instanceof Double d
        ? new double[] {d}
        : list(key).stream().mapToDouble(v -> number(key, v)).toArray();
  }

  /** A list of whole numbers; a single number is a list of one. */
  public long[] longs(String key) {
    return Arrays.stream(numbers(key)).mapToLong(v -> (long) v).toArray();
  }

  /** A list of whole numbers; a single number is a list of one, none when it is missing. */
  public int[] ints(String key) {
    return has(key) ? Arrays.stream(longs(key)).mapToInt(Math::toIntExact).toArray() : new int[0];
  }

  /** One whole number an axis: a list of that length, or a single number repeated. */
  public int[] ints(String key, int axes, int otherwise) {
    int[] given = has(key) ? ints(key) : new int[] {otherwise};
    if (given.length != 1) {
      return given;
    }
    int[] all = new int[axes];
    Arrays.fill(all, given[0]);
    return all;
  }

  /** A list. */
  @SuppressWarnings("unchecked")
  public List<Object> list(String key) {
    return get(key, List.class);
  }

  /** An object. */
  public Attributes object(String key) {
    return of(get(key, Map.class));
  }

  /** A JSON value that should be an object. */
  @SuppressWarnings("unchecked")
  static Attributes of(@Nullable Object json) {
    if (json instanceof Map<?, ?> m) {
      return new Attributes((Map<String, Object>) m);
    }
    throw new IllegalArgumentException("expected a JSON object, got " + json);
  }

  private static double number(String key, Object value) {
    if (value instanceof Double d) {
      return d;
    }
    throw new IllegalArgumentException("entry '" + key + "' should hold numbers, holds " + value);
  }

  private <T> T get(String key, Class<T> type) {
    @Nullable Object v = values.get(key);
    if (!type.isInstance(v)) {
      throw new IllegalArgumentException(
          v == null
              ? "there is no entry '" + key + "'"
              : "entry '" + key + "' should be a " + type.getSimpleName() + ", is " + v);
    }
    return type.cast(v);
  }
}
