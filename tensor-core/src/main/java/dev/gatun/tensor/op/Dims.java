package dev.gatun.tensor.op;

import java.util.Arrays;

/** An immutable list of numbers, one for each axis or for each of several axes. */
public final class Dims {
  private final long[] values;

  private Dims(long[] values) {
    this.values = values;
  }

  public static Dims of(long... values) {
    return new Dims(values.clone());
  }

  public static Dims of(int... values) {
    long[] v = new long[values.length];
    for (int i = 0; i < v.length; i++) {
      v[i] = values[i];
    }
    return new Dims(v);
  }

  /** The same number {@code n} times. */
  public static Dims repeat(long value, int n) {
    long[] v = new long[n];
    Arrays.fill(v, value);
    return new Dims(v);
  }

  public int size() {
    return values.length;
  }

  public long get(int i) {
    return values[i];
  }

  public int getInt(int i) {
    return Math.toIntExact(values[i]);
  }

  public long[] toArray() {
    return values.clone();
  }

  public int[] toIntArray() {
    int[] v = new int[values.length];
    for (int i = 0; i < v.length; i++) {
      v[i] = Math.toIntExact(values[i]);
    }
    return v;
  }

  @Override
  public boolean equals(Object o) {
    return this == o || (o instanceof Dims d && Arrays.equals(values, d.values));
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return Arrays.toString(values);
  }
}
