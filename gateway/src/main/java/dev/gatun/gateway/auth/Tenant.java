package dev.gatun.gateway.auth;

import dev.gatun.ai.Usd;
import dev.gatun.ai.limit.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a tenant may use. All its keys share it, so that a second key, to replace the first, does
 * not double it.
 *
 * @param requestsPerMinute the most requests in any 60 seconds
 * @param tokensPerMinute the most tokens in any 60 seconds
 * @param dayBudget the most money in a UTC day
 * @param monthBudget the most money in a calendar month in UTC
 * @param models the models that it may ask
 */
public record Tenant(
    OptionalLong requestsPerMinute,
    OptionalLong tokensPerMinute,
    Optional<Usd> dayBudget,
    Optional<Usd> monthBudget,
    ModelFilter models) {
  /** Without limits. */
  public static final Tenant UNLIMITED =
      new Tenant(
          OptionalLong.empty(),
          OptionalLong.empty(),
          Optional.empty(),
          Optional.empty(),
          ModelFilter.ALL);

  /** Its limits as rules. */
  public List<Rule> rules() {
    List<Rule> rules = new ArrayList<>();
    Rule rate = Rule.forEach("rate", Rule.Scope.TENANT);
    if (requestsPerMinute.isPresent()) {
      rate = rate.requestsPerMinute(requestsPerMinute.getAsLong());
    }
    if (tokensPerMinute.isPresent()) {
      rate = rate.tokensPerMinute(tokensPerMinute.getAsLong());
    }
    if (requestsPerMinute.isPresent() || tokensPerMinute.isPresent()) {
      rules.add(rate);
    }
    dayBudget.ifPresent(
        b -> rules.add(Rule.forEach("day", Rule.Scope.TENANT).budget(b, Rule.Period.DAY)));
    monthBudget.ifPresent(
        b -> rules.add(Rule.forEach("month", Rule.Scope.TENANT).budget(b, Rule.Period.MONTH)));
    return List.copyOf(rules);
  }
}
