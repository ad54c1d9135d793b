package dev.gatun.ai.limit;

import dev.gatun.ai.Cost;
import dev.gatun.ai.Usage;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.redis.Redis;
import dev.gatun.ai.spi.Limiter;
import dev.gatun.ai.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Limits that several processes share through Redis 6 or newer. All rules are checked and charged
 * in one script, so atomically, by the clock of the server. Thread-safe.
 *
 * <p>What a process has reserved when it dies stays reserved: for a minute in the limits a minute,
 * for the period in a budget. While Redis cannot be reached, calls are refused, or left to a
 * fallback where one is given.
 */
public final class RedisLimiter implements Limiter {
  private static final Logger LOG = LoggerFactory.getLogger(RedisLimiter.class);

  /** A month and a day, so that a budget's counter outlives its period. */
  private static final long MONEY_SECONDS = Duration.ofDays(32).toSeconds();

  // Each counter has 4 arguments: kind, amount, limit, seconds to live (0: for ever).
  // Answers {0, second, what each counter holds now} when all fit, else {which, held, seconds to
  // wait or -1}.
  // Money is compared as a double: exact below 9,007 dollars, and above to a relative 1e-16.
  // INCRBY itself is exact, since it is handed the digits.
  private static final String RESERVE =
      """
      local now = tonumber(redis.call('TIME')[1])
      local after = {}
      for i, key in ipairs(KEYS) do
        local kind, amount, limit = ARGV[4*i-3], tonumber(ARGV[4*i-2]), tonumber(ARGV[4*i-1])
        local held = 0
        if kind == 'w' then
          local all = redis.call('HGETALL', key)
          local slots = {}
          for j = 1, #all, 2 do
            local s, v = tonumber(all[j]), tonumber(all[j+1])
            if now - s >= 61 then
              redis.call('HDEL', key, all[j])
            else
              held = held + v
              slots[#slots+1] = {s, v}
            end
          end
          if held + amount > limit then
            local wait, freed = -1, 0
            if amount <= limit then
              table.sort(slots, function(a, b) return a[1] < b[1] end)
              for _, slot in ipairs(slots) do
                freed = freed + slot[2]
                if freed >= held + amount - limit then wait = slot[1] + 61 - now break end
              end
            end
            return {i, string.format('%.0f', held), wait}
          end
        else
          held = tonumber(redis.call('GET', key) or '0')
          if held + amount > limit then return {i, string.format('%.0f', held), -1} end
        end
        after[i] = string.format('%.0f', held + amount)
      end
      for i, key in ipairs(KEYS) do
        if ARGV[4*i-3] == 'w' then
          redis.call('HINCRBY', key, now, ARGV[4*i-2])
        else
          redis.call('INCRBY', key, ARGV[4*i-2])
        end
        local ttl = tonumber(ARGV[4*i])
        if ttl > 0 then redis.call('EXPIRE', key, ttl) end
      end
      return {0, tostring(now), after}
      """;

  // ARGV[1] is the second of the reservation; each counter has 2 arguments: kind, correction.
  private static final String CORRECT =
      """
      for i, key in ipairs(KEYS) do
        if ARGV[2*i] == 'w' then
          if redis.call('HEXISTS', key, ARGV[1]) == 1 then
            redis.call('HINCRBY', key, ARGV[1], ARGV[2*i+1])
          end
        elseif redis.call('EXISTS', key) == 1 then
          redis.call('INCRBY', key, ARGV[2*i+1])
        end
      end
      return 0
      """;

  private final Redis redis;
  private final String prefix;
  private final Function<Demand, List<Rule>> rules;
  private final Optional<Limiter> fallback;

  /**
   * Limits in a Redis; calls are refused while it cannot be reached.
   *
   * @param redis stays the caller's
   * @param prefix begins the names of all counters, such as {@code myapp}
   * @param rules a call must satisfy all that apply to it
   */
  public RedisLimiter(Redis redis, String prefix, List<Rule> rules) {
    this(redis, prefix, fixed(rules), Optional.empty());
  }

  /**
   * Limits in a Redis by rules that may change: what was used under a rule's name stays used when
   * the rule has other numbers.
   *
   * @param redis stays the caller's
   * @param prefix begins the names of all counters, such as {@code myapp}
   * @param rules those that a demand must satisfy; thread-safe and quick
   */
  public RedisLimiter(Redis redis, String prefix, Function<Demand, List<Rule>> rules) {
    this(redis, prefix, rules, Optional.empty());
  }

  private static Function<Demand, List<Rule>> fixed(List<Rule> rules) {
    List<Rule> copy = List.copyOf(rules);
    return _ -> copy;
  }

  private RedisLimiter(
      Redis redis, String prefix, Function<Demand, List<Rule>> rules, Optional<Limiter> fallback) {
    this.redis = redis;
    this.prefix = prefix;
    this.rules = rules;
    this.fallback = fallback;
  }

  /** This limiter with another that decides while Redis cannot be reached. */
  public RedisLimiter whenUnreachable(Limiter other) {
    return new RedisLimiter(redis, prefix, rules, Optional.of(other));
  }

  @Override
  public Reservation reserve(Demand demand) {
    List<Charge> charges =
        Charge.of(rules.apply(demand), demand, Charge.today(TimeSource.SYSTEM.now()));
    if (charges.isEmpty()) {
      return Limiter.UNLIMITED.reserve(demand);
    }
    List<String> arguments = new ArrayList<>();
    for (Charge c : charges) {
      arguments.add(kind(c));
      arguments.add(Long.toString(c.amount()));
      arguments.add(Long.toString(c.limit()));
      arguments.add(Long.toString(secondsToLive(c)));
    }
    List<?> answer;
    try {
      answer = redis.with(r -> (List<?>) r.eval(RESERVE, keys(charges), arguments));
    } catch (JedisException e) {
      tell("The limits in Redis cannot be checked", e);
      if (fallback.isPresent()) {
        return fallback.get().reserve(demand);
      }
      throw new AiException.LimitExceeded(
          Failure.of("The limits cannot be checked, since Redis does not answer")
              .retryAfter(Optional.of(Duration.ofSeconds(1)))
              .cause(e));
    }
    int refused = ((Long) answer.get(0)).intValue();
    String number = (String) answer.get(1);
    if (refused == 0) {
      return new Held(charges, number, left(charges, (List<?>) answer.get(2)));
    }
    long wait = (Long) answer.get(2);
    throw charges
        .get(refused - 1)
        .refusal(
            Long.parseLong(number),
            wait < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(wait)));
  }

  private static void tell(String what, JedisException e) {
    // That it is away is told once, by the connection.
    if (e instanceof JedisConnectionException) {
      LOG.debug("{}: {}", what, e.getMessage());
    } else {
      LOG.warn("{}: {}", what, e.getMessage());
    }
  }

  private static List<Left> left(List<Charge> charges, List<?> held) {
    List<Left> left = new ArrayList<>(charges.size());
    for (int i = 0; i < charges.size(); i++) {
      left.add(charges.get(i).left(Long.parseLong((String) held.get(i))));
    }
    return left;
  }

  private static String kind(Charge c) {
    return c.window() ? "w" : "m";
  }

  private static long secondsToLive(Charge c) {
    if (c.window()) {
      return Window.SECONDS;
    }
    return c.counter().startsWith("usd:total:") ? 0 : MONEY_SECONDS;
  }

  /** The braces put all counters of a cluster on one node, as a script needs them. */
  private List<String> keys(List<Charge> charges) {
    return charges.stream().map(c -> "{" + prefix + ":limit}:" + c.counter()).toList();
  }

  private final class Held implements Reservation {
    private final List<Charge> charges;
    private final String second;
    private final List<Left> left;
    private final AtomicBoolean open = new AtomicBoolean(true);

    Held(List<Charge> charges, String second, List<Left> left) {
      this.charges = charges;
      this.second = second;
      this.left = List.copyOf(left);
    }

    @Override
    public List<Left> left() {
      return left;
    }

    @Override
    public void settle(Usage usage, Cost cost) {
      if (open.getAndSet(false)) {
        correct(charges.stream().map(c -> c.correction(usage, cost)).toList());
      }
    }

    @Override
    public void release() {
      if (open.getAndSet(false)) {
        correct(charges.stream().map(c -> -c.amount()).toList());
      }
    }

    private void correct(List<Long> corrections) {
      List<String> arguments = new ArrayList<>(List.of(second));
      for (int i = 0; i < charges.size(); i++) {
        arguments.add(kind(charges.get(i)));
        arguments.add(Long.toString(corrections.get(i)));
      }
      try {
        var _ = redis.with(r -> r.eval(CORRECT, keys(charges), arguments));
      } catch (JedisException e) {
        tell("A reservation in Redis stays as it is, unsettled", e);
      }
    }
  }
}
