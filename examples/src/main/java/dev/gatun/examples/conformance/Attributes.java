package dev.gatun.examples.conformance;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Typed reading of a JSON object; a missing or mistyped entry is an error that names it. */
record Attributes(Map<String, Object> values) {

  /** True when the entry is there and not null. */
  boolean has(String key) {
    return values.get(key) != null;
  }

  String text(String key) {
    return get(key, String.class);
  }

  String text(String key, String otherwise) {
    return has(key) ? text(key) : otherwise;
  }

  double number(String key) {
    return get(key, Double.class);
  }

  double number(String key, double otherwise) {
    return has(key) ? number(key) : otherwise;
  }

  int integer(String key) {
    return (int) number(key);
  }

  int integer(String key, int otherwise) {
    return has(key) ? integer(key) : otherwise;
  }

  boolean flag(String key) {
    return get(key, Boolean.class);
  }

  boolean flag(String key, boolean otherwise) {
    return has(key) ? flag(key) : otherwise;
  }

  /** A list of numbers; a single number is a list of one. */
  long[] longs(String key) {
    if (values.get(key) instanceof Double d) {
      return new long[] {d.longValue()};
    }
    return list(key).stream().mapToLong(v -> ((Number) v).longValue()).toArray();
  }

  /** A list of numbers; none when the entry is missing or null. */
  int[] ints(String key) {
    return has(key)
        ? java.util.Arrays.stream(longs(key)).mapToInt(Math::toIntExact).toArray()
        : new int[0];
  }

  @SuppressWarnings("unchecked")
  List<Object> list(String key) {
    return get(key, List.class);
  }

  Map<String, Object> map(String key) {
    return Case.asMap(get(key, Map.class));
  }

  private <T> T get(String key, Class<T> type) {
    @Nullable Object v = values.get(key);
    if (!type.isInstance(v)) {
      throw new IllegalArgumentException(
          "entry '" + key + "' should be a " + type.getSimpleName() + ", is " + v);
    }
    return type.cast(v);
  }
}
