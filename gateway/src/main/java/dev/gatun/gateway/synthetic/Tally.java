package dev.gatun.gateway.synthetic;

import dev.gatun.ai.Cost;
import dev.gatun.ai.Usd;
import dev.gatun.ai.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What was made so far, and at what cost. It can be stored and read again. Not thread-safe. */
final class Tally {
  private static final int MAX_REASONS = 20;

  private static final class Served {
    private int calls;
    private int rows;
    private Cost cost = Cost.FREE;
  }

  private final List<Json.Obj> rows = new ArrayList<>();
  private final Map<String, Integer> rejected = new LinkedHashMap<>();
  private final Map<String, Served> served = new LinkedHashMap<>();
  private final Map<String, Integer> failed = new LinkedHashMap<>();
  private int asked;
  private int duplicates;
  private int rounds;

  List<Json.Obj> rows() {
    return rows;
  }

  int rounds() {
    return rounds;
  }

  void round() {
    rounds++;
  }

  void asked(int count) {
    asked += count;
  }

  void row(Json.Obj row, String model) {
    rows.add(row);
    server(model).rows++;
  }

  private Served server(String model) {
    return served.computeIfAbsent(model, _ -> new Served());
  }

  void duplicate() {
    duplicates++;
  }

  void rejected(String why) {
    // A reason names rules of the schema, of which there are not many, but nothing says how many.
    rejected.merge(rejected.size() < MAX_REASONS ? why : "other rules", 1, Integer::sum);
  }

  void call(String model, Cost cost) {
    Served s = server(model);
    s.calls++;
    s.cost = s.cost.plus(cost);
  }

  void failed(String why) {
    failed.merge(why, 1, Integer::sum);
  }

  Cost cost() {
    return served.values().stream().map(s -> s.cost).reduce(Cost.FREE, Cost::plus);
  }

  boolean demo() {
    return served.keySet().stream().anyMatch(m -> m.startsWith("demo/"));
  }

  String models() {
    return String.join(", ", served.keySet());
  }

  /** How it went, for clients. */
  Json.Obj report() {
    List<Json> reasons = new ArrayList<>();
    rejected.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .forEach(e ->
            reasons.add(
                Json.object().put("reason", e.getKey()).put("count", e.getValue()).build()));
    Json.ObjectBuilder b =
        Json.object()
            .put("asked", asked)
            .put("made", rows.size())
            .put("duplicates", duplicates)
            .put("rejected", rejected.values().stream().mapToInt(n -> n).sum())
            .put("reasons", new Json.Arr(reasons))
            .put("rounds", rounds)
            .put("served", served());
    if (!failed.isEmpty()) {
      b.put("failed_calls", counts(failed));
    }
    return b.put("cost_usd", usd(cost())).build();
  }

  private Json.Arr served() {
    List<Json> list = new ArrayList<>();
    served.forEach((model, s) ->
        list.add(
            Json.object()
                .put("model", model)
                .put("calls", s.calls)
                .put("rows", s.rows)
                .put("cost_usd", usd(s.cost))
                .build()));
    return new Json.Arr(list);
  }

  private static Json usd(Cost cost) {
    return cost.source() == Cost.Source.UNKNOWN
        ? Json.NULL
        : new Json.Num(cost.amount().dollars().toPlainString());
  }

  private static Json.Obj counts(Map<String, Integer> counts) {
    Json.ObjectBuilder b = Json.object();
    counts.forEach(b::put);
    return b.build();
  }

  /** Everything, for {@link #of}. */
  Json.Obj json() {
    List<Json> costs = new ArrayList<>();
    served.forEach((model, s) ->
        costs.add(
            Json.object()
                .put("model", model)
                .put("calls", s.calls)
                .put("rows", s.rows)
                .put("pico_usd", s.cost.amount().pico())
                .put("source", s.cost.source().name())
                .build()));
    return Json.object()
        .put("rows", new Json.Arr(List.copyOf(rows)))
        .put("rejected", counts(rejected))
        .put("failed", counts(failed))
        .put("served", new Json.Arr(costs))
        .put("asked", asked)
        .put("duplicates", duplicates)
        .put("rounds", rounds)
        .build();
  }

  static Tally of(Optional<Json.Obj> stored) {
    Tally t = new Tally();
    stored.ifPresent(o -> {
      o.array("rows").forEach(r -> t.rows.add((Json.Obj) r));
      counts(o.object("rejected"), t.rejected);
      counts(o.object("failed"), t.failed);
      for (Json s : o.array("served")) {
        Json.Obj one = (Json.Obj) s;
        Served served = t.server(one.string("model").orElseThrow());
        served.calls = number(one, "calls");
        served.rows = number(one, "rows");
        served.cost =
            new Cost(
                Usd.ofPico(one.integer("pico_usd").orElse(0)),
                Cost.Source.valueOf(one.string("source").orElseThrow()));
      }
      t.asked = number(o, "asked");
      t.duplicates = number(o, "duplicates");
      t.rounds = number(o, "rounds");
    });
    return t;
  }

  private static void counts(Json.Obj from, Map<String, Integer> to) {
    from.members().forEach((k, _) -> to.put(k, number(from, k)));
  }

  private static int number(Json.Obj o, String name) {
    return (int) o.integer(name).orElse(0);
  }
}
