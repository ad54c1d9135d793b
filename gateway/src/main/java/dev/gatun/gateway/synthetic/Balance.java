package dev.gatun.gateway.synthetic;

import dev.gatun.ai.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * How many rows with which values: each column has its shares exactly, up to rounding by largest
 * remainders, and the columns are combined at random.
 */
final class Balance {
  private Balance() {}

  /**
   * The rows that are wanted, by the values of the balanced columns.
   *
   * @param shares the weight of each value, by column
   */
  static Map<Map<String, Json>, Integer> plan(
      Map<String, Map<Json, Double>> shares, int count, long seed) {
    Random random = new Random(seed);
    List<Map<String, Json>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(new LinkedHashMap<>());
    }
    shares.forEach((column, values) -> {
      List<Json> slots = new ArrayList<>();
      quotas(values, count).forEach((v, n) -> slots.addAll(Collections.nCopies(n, v)));
      Collections.shuffle(slots, random);
      for (int i = 0; i < count; i++) {
        rows.get(i).put(column, slots.get(i));
      }
    });
    Map<Map<String, Json>, Integer> cells = new LinkedHashMap<>();
    rows.forEach(r -> cells.merge(Map.copyOf(r), 1, Integer::sum));
    return cells;
  }

  /** Whole numbers in the ratio of weights, by largest remainders. */
  static Map<Json, Integer> quotas(Map<Json, Double> weights, int count) {
    double sum = weights.values().stream().mapToDouble(w -> w).sum();
    Map<Json, Integer> quotas = new LinkedHashMap<>();
    Map<Json, Double> remainders = new LinkedHashMap<>();
    int given = 0;
    for (Map.Entry<Json, Double> w : weights.entrySet()) {
      double exact = w.getValue() / sum * count;
      int whole = (int) Math.floor(exact + 1e-9);
      quotas.put(w.getKey(), whole);
      remainders.put(w.getKey(), exact - whole);
      given += whole;
    }
    List<Json> order =
        weights.keySet().stream()
            .sorted(Comparator.comparingDouble((Json v) -> -remainders.getOrDefault(v, 0.0)))
            .toList();
    for (int i = 0; given < count; i++, given++) {
      quotas.merge(order.get(i % order.size()), 1, Integer::sum);
    }
    return quotas;
  }
}
