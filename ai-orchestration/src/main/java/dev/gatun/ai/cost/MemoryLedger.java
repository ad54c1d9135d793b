package dev.gatun.ai.cost;

import dev.gatun.ai.Attempt;
import dev.gatun.ai.Cost;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** Sums by tenant, model and day, in memory: it does not grow with the number of attempts. */
public final class MemoryLedger implements UsageLedger {
  private record Key(LocalDate day, String tenant, String model) {}

  private final ConcurrentHashMap<Key, Row> rows = new ConcurrentHashMap<>();

  /** An empty ledger. */
  public MemoryLedger() {}

  @Override
  public void record(Entry entry) {
    Attempt a = entry.attempt();
    LocalDate day = LocalDate.ofInstant(entry.at(), ZoneOffset.UTC);
    String model = a.model().toString();
    boolean unknown = a.cost().source() == Cost.Source.UNKNOWN;
    Row one =
        new Row(
            day,
            entry.tenant(),
            model,
            1,
            a.outcome().equals("ok") ? 0 : 1,
            a.usage(),
            a.cost().amount(),
            unknown ? 1 : 0);
    rows.merge(new Key(day, entry.tenant(), model), one, MemoryLedger::sum);
  }

  private static Row sum(Row a, Row b) {
    return new Row(
        a.day(),
        a.tenant(),
        a.model(),
        a.attempts() + b.attempts(),
        a.failed() + b.failed(),
        a.usage().plus(b.usage()),
        a.cost().plus(b.cost()),
        a.unknownCost() + b.unknownCost());
  }

  @Override
  public List<Row> report(Query query) {
    return rows.values().stream()
        .filter(r -> query.selects(r.tenant(), r.day()))
        .sorted(Comparator.comparing(Row::day).thenComparing(Row::tenant).thenComparing(Row::model))
        .toList();
  }
}
