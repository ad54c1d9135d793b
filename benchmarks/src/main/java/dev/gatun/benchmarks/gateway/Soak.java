package dev.gatun.benchmarks.gateway;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A moderate load for a long time: does the gateway's memory stay flat? */
final class Soak {
  private static final double SLICE = 60;

  private Soak() {}

  /** Runs the gateway alone, and says each minute what memory it has. */
  static void run(Contenders servers, double minutes, double rate, Results results)
      throws IOException, InterruptedException {
    Contender c = servers.gatun();
    List<Double> rss = new ArrayList<>();
    for (int minute = 1; minute <= minutes; minute++) {
      double before = c.process().cpuSeconds();
      List<Measured> m;
      try {
        m =
            Load.run(
                SLICE,
                List.of(
                    c.chat(Contender.QUICK, 64, rate * 0.8, false),
                    c.chat(Contender.FLUENT, 64, rate * 0.2, true),
                    Lane.get(c.port(), "/v1/ai/status", Contenders.KEY, 2, 1)));
      } catch (IOException e) {
        throw new IOException("minute " + minute + ": " + e + "; " + c.process().state(), e);
      }
      rss.add(c.process().rss());
      long errors = m.stream().mapToLong(Measured::errors).sum();
      System.err.printf(
          Locale.ROOT,
          "minute %d: RSS %.1f MiB, %d answers, %d wrong, p99 %.1f ms, CPU %.1f s%n",
          minute,
          rss.getLast(),
          m.get(0).answers() + m.get(1).answers(),
          errors,
          m.get(0).latency(0.99),
          c.process().cpuSeconds() - before);
      results.add("soak: RSS after each minute, MiB", c.name(), rss.getLast());
      results.add("soak: wrong answers", c.name(), (double) errors);
    }
    results.add("soak: RSS slope of the second half, MiB an hour", c.name(), slope(rss));
    results.add("soak: RSS peak, MiB", c.name(), c.process().peakRss());
  }

  /** The line of least squares through the second half, per hour. */
  private static double slope(List<Double> rss) {
    List<Double> half = rss.subList(rss.size() / 2, rss.size());
    int n = half.size();
    double meanX = (n - 1) / 2.0;
    double meanY = half.stream().mapToDouble(x -> x).average().orElse(0);
    double up = 0;
    double down = 0;
    for (int i = 0; i < n; i++) {
      up += (i - meanX) * (half.get(i) - meanY);
      down += (i - meanX) * (i - meanX);
    }
    return down == 0 ? 0 : up / down * 60;
  }
}
