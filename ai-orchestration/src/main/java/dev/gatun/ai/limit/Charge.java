package dev.gatun.ai.limit;

import dev.gatun.ai.Cost;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.spi.Limiter;
import dev.gatun.ai.spi.Limiter.Unit;
import java.time.Duration;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a demand takes from one counter.
 *
 * @param counter the counter's name
 * @param unit what it counts
 * @param amount how much is reserved
 * @param limit the most it may hold
 * @param rule the rule behind it
 */
record Charge(String counter, Unit unit, long amount, long limit, Rule rule) {
  /** Whether the counter is one of the last minute, and not of a period. */
  boolean window() {
    return unit != Unit.MONEY;
  }

  /** What is left when a counter holds so much after it. */
  Limiter.Left left(long held) {
    return new Limiter.Left(rule.name(), unit, limit, Math.max(0, limit - held));
  }

  /** All that a demand takes. */
  static List<Charge> of(List<Rule> rules, Limiter.Demand demand, LocalDate today) {
    List<Charge> charges = new ArrayList<>();
    for (Rule rule : rules) {
      String subject =
          switch (rule.scope()) {
            case ALL -> "";
            case TENANT -> demand.tenant();
            case KEY -> demand.key();
            case PROVIDER -> demand.model().provider();
            case MODEL -> demand.model().toString();
          };
      if (rule.subject().isPresent() && !rule.subject().get().equals(subject)) {
        continue;
      }
      String name = rule.name() + ":" + rule.scope() + ":" + subject;
      rule.requestsPerMinute()
          .ifPresent(max ->
              charges.add(new Charge("rpm:" + name, Unit.REQUESTS, demand.requests(), max, rule)));
      rule.tokensPerMinute()
          .ifPresent(max ->
              charges.add(new Charge("tpm:" + name, Unit.TOKENS, demand.tokens(), max, rule)));
      rule.budget()
          .ifPresent(b ->
              charges.add(
                  new Charge(
                      "usd:" + period(b.period(), today) + ":" + name,
                      Unit.MONEY,
                      demand.cost().pico(),
                      b.amount().pico(),
                      rule)));
    }
    return charges;
  }

  private static String period(Rule.Period period, LocalDate today) {
    return switch (period) {
      case DAY -> today.toString();
      case MONTH -> YearMonth.from(today).toString();
      case TOTAL -> "total";
    };
  }

  static LocalDate today(java.time.Instant now) {
    return LocalDate.ofInstant(now, ZoneOffset.UTC);
  }

  /** By how much the counter changes when the real use is known. */
  long correction(Usage usage, Cost cost) {
    return switch (unit) {
      case REQUESTS -> 0;
      case TOKENS -> usage.total() - amount;
      // Of an unknown cost only the reservation is known: it stays.
      case MONEY -> cost.source() == Cost.Source.UNKNOWN ? 0 : cost.amount().pico() - amount;
    };
  }

  /**
   * The error of a charge that does not fit.
   *
   * @param held what the counter holds
   * @param wait until it may fit, where waiting helps
   */
  AiException refusal(long held, Optional<Duration> wait) {
    String who =
        "Limit '" + rule.name() + "'" + (counter.endsWith(":") ? "" : " of " + subject()) + ": ";
    return switch (unit) {
      case MONEY ->
          new AiException.BudgetExceeded(
              Failure.of(
                  who
                      + "the call may cost "
                      + new Usd(amount)
                      + ", and of the budget of "
                      + new Usd(limit)
                      + " "
                      + new Usd(Math.max(0, limit - held))
                      + " is left"));
      case REQUESTS ->
          new AiException.LimitExceeded(
              Failure.of(who + "the " + limit + " requests a minute are used up").retryAfter(wait));
      case TOKENS ->
          new AiException.LimitExceeded(
              Failure.of(
                      who
                          + "the call may take "
                          + amount
                          + " tokens, and of "
                          + limit
                          + " a minute "
                          + Math.max(0, limit - held)
                          + " are left")
                  .retryAfter(wait));
    };
  }

  private String subject() {
    String prefix = rule.name() + ":" + rule.scope() + ":";
    return counter.substring(counter.indexOf(prefix) + prefix.length());
  }
}
