package dev.gatun.ai.cost;

import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.spi.Ledger;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/** A ledger that can be asked. Thread-safe. */
public interface UsageLedger extends Ledger, AutoCloseable {
  /**
   * Usage by tenant, model and UTC day, sorted by day, tenant and model.
   *
   * @param query which of it
   */
  List<Row> report(Query query);

  @Override
  default void close() {}

  /**
   * Selects entries.
   *
   * @param tenant only of this tenant
   * @param from the first UTC day
   * @param to the last UTC day
   */
  record Query(Optional<String> tenant, Optional<LocalDate> from, Optional<LocalDate> to) {
    /** Everything. */
    public static final Query ALL = new Query(Optional.empty(), Optional.empty(), Optional.empty());

    /** Everything of a tenant. */
    public static Query tenant(String name) {
      return new Query(Optional.of(name), Optional.empty(), Optional.empty());
    }

    boolean selects(String entryTenant, LocalDate day) {
      return tenant.map(entryTenant::equals).orElse(true)
          && from.map(f -> !day.isBefore(f)).orElse(true)
          && to.map(t -> !day.isAfter(t)).orElse(true);
    }
  }

  /**
   * The usage of a tenant, a model and a day.
   *
   * @param day the UTC day
   * @param tenant on whose behalf, or empty
   * @param model {@code provider/model}
   * @param attempts how many attempts
   * @param failed how many of them failed
   * @param usage the sum of their usage
   * @param cost the sum of the costs that are known
   * @param unknownCost how many attempts have a cost that is not known
   */
  record Row(
      LocalDate day,
      String tenant,
      String model,
      long attempts,
      long failed,
      Usage usage,
      Usd cost,
      long unknownCost) {}
}
