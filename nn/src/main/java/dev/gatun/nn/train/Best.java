package dev.gatun.nn.train;

import org.jspecify.annotations.Nullable;

/** The best value of a metric so far; NaN is never better. */
final class Best {
  private final String metric;
  private final boolean greatest;
  private double value;

  private Best(String metric, boolean greatest) {
    this.metric = metric;
    this.greatest = greatest;
    value = greatest ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
  }

  static Best least(String metric) {
    return new Best(metric, false);
  }

  static Best greatest(String metric) {
    return new Best(metric, true);
  }

  /** Takes an epoch in; true when it is better than all before. */
  boolean improves(EpochReport report) {
    double now = report.metric(metric);
    boolean better = greatest ? now > value : now < value;
    if (better) {
      value = now;
    }
    return better;
  }

  String text() {
    return Double.toString(value);
  }

  void restore(@Nullable String text) {
    if (text != null) {
      value = Double.parseDouble(text);
    }
  }
}
