package dev.gatun.ai.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Headers in the order sent, with names that are equal in any case. Immutable. */
public final class Headers {
  /** No header. */
  public static final Headers EMPTY = new Headers(List.of());

  private final List<String> namesAndValues;

  private Headers(List<String> namesAndValues) {
    this.namesAndValues = namesAndValues;
  }

  /**
   * Headers of names and values by turns.
   *
   * @throws IllegalArgumentException if a name has no value
   */
  public static Headers of(List<String> namesAndValues) {
    if (namesAndValues.size() % 2 != 0) {
      throw new IllegalArgumentException("expected names and values by turns");
    }
    return new Headers(List.copyOf(namesAndValues));
  }

  /** These headers and one more. */
  public Headers with(String name, String value) {
    var all = new ArrayList<>(namesAndValues);
    all.add(name);
    all.add(value);
    return new Headers(List.copyOf(all));
  }

  /** The number of header lines. */
  public int size() {
    return namesAndValues.size() / 2;
  }

  /** The name of line {@code i}. */
  public String name(int i) {
    return namesAndValues.get(2 * i);
  }

  /** The value of line {@code i}. */
  public String value(int i) {
    return namesAndValues.get(2 * i + 1);
  }

  /** The first value of a header. */
  public Optional<String> get(String name) {
    for (int i = 0; i < size(); i++) {
      if (name(i).equalsIgnoreCase(name)) {
        return Optional.of(value(i));
      }
    }
    return Optional.empty();
  }

  /** All values of a header. */
  public List<String> all(String name) {
    var values = new ArrayList<String>();
    for (int i = 0; i < size(); i++) {
      if (name(i).equalsIgnoreCase(name)) {
        values.add(value(i));
      }
    }
    return values;
  }

  /** The same lines in the same order, to the case of the names. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Headers headers && namesAndValues.equals(headers.namesAndValues);
  }

  @Override
  public int hashCode() {
    return namesAndValues.hashCode();
  }

  /** Lines of "name: value". */
  @Override
  public String toString() {
    var text = new StringBuilder();
    for (int i = 0; i < size(); i++) {
      text.append(name(i)).append(": ").append(value(i)).append('\n');
    }
    return text.toString();
  }
}
