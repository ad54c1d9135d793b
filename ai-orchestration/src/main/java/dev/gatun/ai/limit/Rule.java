package dev.gatun.ai.limit;

import dev.gatun.ai.Usd;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A limit for each tenant, key, provider or model, or for all calls together. Immutable.
 *
 * @param name tells it in errors
 * @param scope what is counted apart
 * @param subject only this tenant, key fingerprint, provider or model; empty for each of them
 * @param requestsPerMinute the most requests in any 60 seconds
 * @param tokensPerMinute the most tokens in any 60 seconds
 * @param budget the most money in a period
 */
public record Rule(
    String name,
    Scope scope,
    Optional<String> subject,
    OptionalLong requestsPerMinute,
    OptionalLong tokensPerMinute,
    Optional<Budget> budget) {
  /** What is counted apart. */
  public enum Scope {
    /** Nothing: all calls together. */
    ALL,
    /** Each tenant. */
    TENANT,
    /** Each key, by its fingerprint. */
    KEY,
    /** Each provider. */
    PROVIDER,
    /** Each model, as {@code provider/model}. */
    MODEL
  }

  /** How long a budget lasts. */
  public enum Period {
    /** A UTC day. */
    DAY,
    /** A calendar month in UTC. */
    MONTH,
    /** For ever. */
    TOTAL
  }

  /** An amount of money for a period. */
  public record Budget(Usd amount, Period period) {}

  /** Checks the numbers. */
  public Rule {
    if (requestsPerMinute.orElse(1) < 1 || tokensPerMinute.orElse(1) < 1) {
      throw new IllegalArgumentException("A limit a minute must be at least 1");
    }
    if (budget.isPresent() && budget.get().amount().pico() < 0) {
      throw new IllegalArgumentException("A budget cannot be negative");
    }
  }

  /** A rule without limits yet, for all calls together. */
  public static Rule forAll(String name) {
    return forEach(name, Scope.ALL);
  }

  /** A rule without limits yet, for each of a scope. */
  public static Rule forEach(String name, Scope scope) {
    return new Rule(
        name,
        scope,
        Optional.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        Optional.empty());
  }

  /** This rule for one subject only. */
  public Rule only(String value) {
    return new Rule(name, scope, Optional.of(value), requestsPerMinute, tokensPerMinute, budget);
  }

  /** This rule with a limit of requests a minute. */
  public Rule requestsPerMinute(long value) {
    return new Rule(name, scope, subject, OptionalLong.of(value), tokensPerMinute, budget);
  }

  /** This rule with a limit of tokens a minute. */
  public Rule tokensPerMinute(long value) {
    return new Rule(name, scope, subject, requestsPerMinute, OptionalLong.of(value), budget);
  }

  /** This rule with a budget. */
  public Rule budget(Usd amount, Period period) {
    return new Rule(
        name,
        scope,
        subject,
        requestsPerMinute,
        tokensPerMinute,
        Optional.of(new Budget(amount, period)));
  }
}
