package dev.gatun.ai.testkit.control;

import dev.gatun.ai.testkit.dialect.Json;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The members of a JSON object, each asked for once; one that nobody asks for is a mistake. */
final class Members {
  private final String what;
  private final Map<String, @Nullable Object> members;
  private final Set<String> known = new LinkedHashSet<>();

  private Members(String what, Map<String, @Nullable Object> members) {
    this.what = what;
    this.members = members;
  }

  static Members of(String what, @Nullable Object value) {
    if (!(value instanceof Map)) {
      throw new IllegalArgumentException("expected " + what + " to be an object, and got " + value);
    }
    return new Members(what, Json.map(value));
  }

  boolean has(String name) {
    known.add(name);
    return members.get(name) != null;
  }

  Object get(String name) {
    known.add(name);
    Object value = members.get(name);
    if (value == null) {
      throw new IllegalArgumentException("expected \"" + name + "\" in " + what);
    }
    return value;
  }

  Members object(String name) {
    return of("\"" + name + "\" in " + what, get(name));
  }

  List<@Nullable Object> list(String name) {
    if (get(name) instanceof List<?>) {
      return Json.list(get(name));
    }
    return new ArrayList<>(List.of(get(name)));
  }

  String text(String name) {
    if (get(name) instanceof String text) {
      return text;
    }
    throw wrong(name, "a text");
  }

  @Nullable String textOrNull(String name) {
    return has(name) ? text(name) : null;
  }

  String text(String name, String otherwise) {
    return has(name) ? text(name) : otherwise;
  }

  boolean flag(String name, boolean otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    if (get(name) instanceof Boolean flag) {
      return flag;
    }
    throw wrong(name, "true or false");
  }

  double real(String name) {
    if (get(name) instanceof Number number) {
      return number.doubleValue();
    }
    throw wrong(name, "a number");
  }

  int whole(String name, int otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    double value = real(name);
    if (value != Math.rint(value)) {
      throw wrong(name, "a whole number");
    }
    return (int) value;
  }

  Duration millis(String name) {
    return has(name) ? Duration.ofNanos(Math.round(real(name) * 1e6)) : Duration.ZERO;
  }

  /** An amount of money: as text, so that no digit is lost, or as a number. */
  @Nullable BigDecimal decimalOrNull(String name) {
    if (!has(name)) {
      return null;
    }
    try {
      return new BigDecimal(get(name).toString());
    } catch (NumberFormatException e) {
      throw wrong(name, "a decimal number");
    }
  }

  <E extends Enum<E>> E constant(Class<E> type, String name) {
    String word = text(name);
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(word)) {
        return constant;
      }
    }
    var words = new ArrayList<String>();
    for (E constant : type.getEnumConstants()) {
      words.add(constant.name().toLowerCase(Locale.ROOT));
    }
    throw wrong(name, "one of " + words);
  }

  /** The members, whatever their names. */
  Map<String, @Nullable Object> all() {
    known.addAll(members.keySet());
    return members;
  }

  /** Checks that every member was asked for. */
  void end() {
    for (String name : members.keySet()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "\"" + name + "\" is unknown in " + what + "; known are " + known);
      }
    }
  }

  private IllegalArgumentException wrong(String name, String expected) {
    return new IllegalArgumentException(
        "expected \""
            + name
            + "\" in "
            + what
            + " to be "
            + expected
            + ", and got "
            + members.get(name));
  }
}
