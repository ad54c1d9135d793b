package dev.gatun.ai.routing;

import dev.gatun.ai.Cost;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.RoutePlan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Sorts scored candidates; ties go to the less loaded of two that the seed draws. */
final class Ranking {
  private record Entry(Candidate candidate, RoutePlan.Ranked ranked, long draw) {}

  private final long seed;
  private final List<Entry> entries = new ArrayList<>();

  Ranking(long seed) {
    this.seed = seed;
  }

  void add(Candidate c, double score, double quality, List<String> reasons) {
    RoutePlan.Ranked ranked =
        new RoutePlan.Ranked(
            c.model().ref(), score, c.expectedCost(), quality, c.latency(), reasons);
    entries.add(new Entry(c, ranked, draw(seed, c.model().ref())));
  }

  List<RoutePlan.Ranked> sorted() {
    entries.sort(
        Comparator.comparingDouble((Entry e) -> -e.ranked().score())
            .thenComparingLong(Entry::draw));
    if (entries.size() > 1) {
      Entry a = entries.get(0);
      Entry b = entries.get(1);
      if (a.ranked().score() == b.ranked().score()
          && b.candidate().inFlight() < a.candidate().inFlight()) {
        entries.set(0, b);
        entries.set(1, a);
      }
    }
    return entries.stream().map(Entry::ranked).toList();
  }

  /** A number that depends on the seed and the model alone. */
  static long draw(long seed, ModelRef model) {
    long z = seed ^ ((long) model.toString().hashCode() * 0x9E3779B97F4A7C15L);
    // The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** A cost in dollars; what is not known counts as dear. */
  static double dollars(Cost cost) {
    return cost.source() == Cost.Source.UNKNOWN ? 1 : cost.amount().pico() * 1e-12;
  }

  /** "name 0.123", without the machinery of a formatter: this is on the path of every call. */
  static String term(String name, double value) {
    return name + " " + Math.round(value * 1000) / 1000.0;
  }

  static String cost(Cost cost) {
    return cost.source() == Cost.Source.UNKNOWN
        ? "cost not known"
        : "cost about " + Math.round(cost.amount().pico() * 1e-6) / 1e6 + " USD";
  }
}
