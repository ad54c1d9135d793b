package dev.gatun.nn.train;

import java.util.LinkedHashMap;
import java.util.Map;

/** Means of metrics over examples. */
final class Means {
  private final Map<String, Double> sums = new LinkedHashMap<>();
  private long examples;

  void add(Map<String, Double> metrics, long count) {
    metrics.forEach((name, value) -> sums.merge(name, value * count, Double::sum));
    examples += count;
  }

  long examples() {
    return examples;
  }

  Map<String, Double> means() {
    var out = new LinkedHashMap<String, Double>();
    sums.forEach((name, sum) -> out.put(name, sum / examples));
    return out;
  }
}
