package dev.gatun.gateway.limit;

import dev.gatun.ai.AiClientBuilder;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Usd;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.limit.MemoryLimiter;
import dev.gatun.ai.limit.RedisLimiter;
import dev.gatun.ai.limit.Rule;
import dev.gatun.ai.redis.Redis;
import dev.gatun.ai.routing.RoutingPolicy;
import dev.gatun.ai.spi.Limiter;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.gateway.auth.Access;
import dev.gatun.gateway.auth.Principal;
import dev.gatun.gateway.http.Exchange;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keeps tenants to their limits. A request is counted when it comes in; its tokens and its money
 * are reserved before each attempt at a provider and settled after it. Counted in memory, or in a
 * Redis where several instances share the limits: while that cannot be reached, each instance
 * counts for itself. Thread-safe.
 */
public final class Limits implements AutoCloseable {
  private static final ModelRef GATEWAY = new ModelRef("gateway", "request");
  private static final int WINDOW_SECONDS = 60;

  private final Access access;
  private final Limiter limiter;
  private final Optional<Redis> redis;

  private Limits(Access access, Optional<Redis> redis) {
    this.access = access;
    this.redis = redis;
    MemoryLimiter memory = new MemoryLimiter(this::rules);
    limiter =
        redis
            .<Limiter>map(r -> new RedisLimiter(r, "gatun", this::rules).whenUnreachable(memory))
            .orElse(memory);
  }

  private List<Rule> rules(Limiter.Demand demand) {
    return access.rules(demand.tenant());
  }

  /**
   * Limits of tenants, shared through {@code GATUN_REDIS_URL} where that is set.
   *
   * @throws IllegalArgumentException when the address is unusable
   */
  public static Limits read(ProviderConfig config, Access access) {
    return new Limits(
        access,
        access.limited()
            ? config.get("GATUN_REDIS_URL").map(u -> Redis.at(URI.create(u)))
            : Optional.empty());
  }

  /** Has a client's calls keep to tokens, budgets and allowed models, ranked by a policy. */
  public AiClientBuilder protect(AiClientBuilder client, RoutingPolicy policy) {
    if (!access.limited()) {
      return client.policy(policy);
    }
    return client
        .policy(new AllowedModels(policy, access))
        // Requests are counted when they come in: a second attempt is no second request.
        .limiter(demand -> limiter.reserve(demand.requests(0)));
  }

  /**
   * Counts a request, and tells in the answer's headers what is left.
   *
   * @throws AiException.LimitExceeded when the tenant has no request left in this minute
   * @throws AiException.BudgetExceeded when its budget is overdrawn
   */
  public void admit(Exchange exchange, Principal principal) {
    List<Rule> rules = access.rules(principal.tenant());
    if (rules.isEmpty()) {
      return;
    }
    try {
      Limiter.Reservation reservation =
          limiter.reserve(new Limiter.Demand(principal.tenant(), GATEWAY, "", 1, 0, Usd.ZERO));
      tell(exchange, reservation.left());
    } catch (AiException.LimitExceeded e) {
      tell(exchange, nothing(rules));
      throw e;
    }
  }

  private static List<Limiter.Left> nothing(List<Rule> rules) {
    List<Limiter.Left> left = new ArrayList<>();
    for (Rule r : rules) {
      r.requestsPerMinute()
          .ifPresent(q -> left.add(new Limiter.Left(r.name(), Limiter.Unit.REQUESTS, q, 0)));
    }
    return left;
  }

  /** In the form of the IETF's draft, and in OpenAI's. */
  private static void tell(Exchange exchange, List<Limiter.Left> all) {
    List<String> policies = new ArrayList<>();
    List<String> states = new ArrayList<>();
    List<String> budgets = new ArrayList<>();
    for (Limiter.Left l : all) {
      if (l.unit() == Limiter.Unit.MONEY) {
        budgets.add(l.rule() + "=" + Usd.ofPico(l.left()).dollars().toPlainString());
        continue;
      }
      String unit = l.unit() == Limiter.Unit.REQUESTS ? "requests" : "tokens";
      policies.add("\"" + unit + "\";q=" + l.most() + ";w=" + WINDOW_SECONDS);
      states.add("\"" + unit + "\";r=" + l.left() + ";t=" + WINDOW_SECONDS);
      exchange.setHeader("X-RateLimit-Limit-" + capital(unit), Long.toString(l.most()));
      exchange.setHeader("X-RateLimit-Remaining-" + capital(unit), Long.toString(l.left()));
      exchange.setHeader("X-RateLimit-Reset-" + capital(unit), WINDOW_SECONDS + "s");
    }
    if (!policies.isEmpty()) {
      exchange.setHeader("RateLimit-Policy", String.join(", ", policies));
      exchange.setHeader("RateLimit", String.join(", ", states));
    }
    if (!budgets.isEmpty()) {
      exchange.setHeader("X-Gatun-Budget-Left-Usd", String.join(", ", budgets));
    }
  }

  private static String capital(String word) {
    return Character.toUpperCase(word.charAt(0)) + word.substring(1);
  }

  /** Leaves Redis. */
  @Override
  public void close() {
    redis.ifPresent(Redis::close);
  }
}
