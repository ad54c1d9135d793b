package dev.gatun.ai.routing;

import java.util.Arrays;

/**
 * A text as a sparse vector: its words and symbols, hashed into a fixed number of buckets with a
 * sign (Weinberger et al. 2009), damped by the logarithm and scaled to length 1; and a few dense
 * measures after them. Pure.
 */
final class TextFeatures {
  /** Bias, length, digits, symbols, lines, average length of a word. */
  static final int DENSE = 6;

  private static final int MAX_CHARS = 20_000;

  final int[] index;
  final double[] value;

  private TextFeatures(int[] index, double[] value) {
    this.index = index;
    this.value = value;
  }

  static TextFeatures of(String text, int buckets) {
    double[] counts = new double[buckets];
    int n = Math.min(text.length(), MAX_CHARS);
    int words = 0;
    int digits = 0;
    int symbols = 0;
    int lines = 0;
    int hash = 0;
    boolean inWord = false;
    for (int i = 0; i <= n; i++) {
      char c = i < n ? text.charAt(i) : ' ';
      boolean word = Character.isLetterOrDigit(c);
      if (word) {
        hash = hash * 31 + Character.toLowerCase(c);
        digits += Character.isDigit(c) ? 1 : 0;
        inWord = true;
      } else {
        if (inWord) {
          words++;
          count(counts, mix(hash));
        }
        hash = 0;
        inWord = false;
        lines += c == '\n' ? 1 : 0;
        if (c > ' ') {
          symbols++;
          count(counts, mix(c * 7919));
        }
      }
    }
    int filled = 0;
    double squares = 0;
    for (int b = 0; b < buckets; b++) {
      if (counts[b] != 0) {
        counts[b] = Math.signum(counts[b]) * Math.log1p(Math.abs(counts[b]));
        squares += counts[b] * counts[b];
        filled++;
      }
    }
    int[] index = new int[filled + DENSE];
    double[] value = new double[filled + DENSE];
    double scale = squares == 0 ? 0 : 1 / Math.sqrt(squares);
    int at = 0;
    for (int b = 0; b < buckets; b++) {
      if (counts[b] != 0) {
        index[at] = b;
        value[at++] = counts[b] * scale;
      }
    }
    double chars = Math.max(1, n);
    double[] dense = {
      1,
      Math.log1p(n) / 10,
      digits / chars,
      symbols / chars,
      Math.log1p(lines) / 5,
      words == 0 ? 0 : (n - symbols) / (10.0 * words)
    };
    for (int d = 0; d < DENSE; d++) {
      index[at] = buckets + d;
      value[at++] = dense[d];
    }
    return new TextFeatures(Arrays.copyOf(index, at), Arrays.copyOf(value, at));
  }

  private static void count(double[] counts, int h) {
    counts[Math.floorMod(h >> 1, counts.length)] += (h & 1) == 0 ? 1 : -1;
  }

  /** The finaliser of MurmurHash3. */
  private static int mix(int h) {
    int z = (h ^ (h >>> 16)) * 0x85EBCA6B;
    z = (z ^ (z >>> 13)) * 0xC2B2AE35;
    return z ^ (z >>> 16);
  }

  double dot(double[] weights) {
    double sum = 0;
    for (int i = 0; i < index.length; i++) {
      sum += value[i] * weights[index[i]];
    }
    return sum;
  }
}
