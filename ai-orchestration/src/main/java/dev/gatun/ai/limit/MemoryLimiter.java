package dev.gatun.ai.limit;

import dev.gatun.ai.Cost;
import dev.gatun.ai.Usage;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.spi.Limiter;
import dev.gatun.ai.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Limits of one process. All rules are checked and charged in one step under one lock, so that a
 * call that one rule refuses takes nothing from another. Thread-safe.
 */
public final class MemoryLimiter implements Limiter {
  private static final int CLEAN_EVERY = 4096;

  private final Function<Demand, List<Rule>> rules;
  private final TimeSource time;
  private final Map<String, Window> windows = new HashMap<>();
  private final Map<String, Long> money = new HashMap<>();
  private int calls;

  /** Limits by rules; a call must satisfy all that apply to it. */
  public MemoryLimiter(List<Rule> rules) {
    this(rules, TimeSource.SYSTEM);
  }

  /** Limits by a clock. */
  public MemoryLimiter(List<Rule> rules, TimeSource time) {
    List<Rule> copy = List.copyOf(rules);
    this.rules = _ -> copy;
    this.time = time;
  }

  /**
   * Limits by rules that may change: what was used under a rule's name stays used when the rule has
   * other numbers.
   *
   * @param rules those that a demand must satisfy; thread-safe and quick
   */
  public MemoryLimiter(Function<Demand, List<Rule>> rules) {
    this.rules = rules;
    this.time = TimeSource.SYSTEM;
  }

  @Override
  public Reservation reserve(Demand demand) {
    List<Charge> charges = Charge.of(rules.apply(demand), demand, Charge.today(time.now()));
    if (charges.isEmpty()) {
      return UNLIMITED.reserve(demand);
    }
    List<Left> left = new ArrayList<>(charges.size());
    long second;
    synchronized (money) {
      second = second();
      if (++calls % CLEAN_EVERY == 0) {
        clean(second);
      }
      for (Charge c : charges) {
        check(c, second);
      }
      for (Charge c : charges) {
        if (c.window()) {
          window(c).add(second, c.amount());
          left.add(c.left(window(c).sum(second)));
        } else {
          left.add(c.left(money.merge(c.counter(), c.amount(), Math::addExact)));
        }
      }
    }
    return new Held(charges, second, left);
  }

  private void check(Charge c, long second) {
    if (!c.window()) {
      long held = money.getOrDefault(c.counter(), 0L);
      if (c.amount() > c.limit() - held) {
        throw c.refusal(held, Optional.empty());
      }
      return;
    }
    Window window = window(c);
    long held = window.sum(second);
    if (c.amount() > c.limit() - held) {
      throw refusal(c, window, second, held);
    }
  }

  private static AiException refusal(Charge c, Window window, long second, long held) {
    if (c.amount() > c.limit()) {
      return c.refusal(held, Optional.empty());
    }
    long wait = window.secondsUntilFree(second, held + c.amount() - c.limit());
    return c.refusal(held, wait < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(wait)));
  }

  private Window window(Charge c) {
    return windows.computeIfAbsent(c.counter(), _ -> new Window());
  }

  private long second() {
    return Math.floorDiv(time.nanos(), 1_000_000_000L);
  }

  /** Windows without use in the last minute are as good as new ones; so are budgets of old days. */
  private void clean(long second) {
    windows.values().removeIf(w -> w.idle(second));
    String day = "usd:" + Charge.today(time.now());
    money
        .keySet()
        .removeIf(k ->
            k.matches("usd:\\d{4}-\\d{2}-\\d{2}:.*(?s)")
                && k.substring(0, day.length()).compareTo(day) < 0);
  }

  private final class Held implements Reservation {
    private final List<Charge> charges;
    private final long second;
    private final List<Left> left;
    private boolean open = true;

    Held(List<Charge> charges, long second, List<Left> left) {
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
      synchronized (money) {
        if (open) {
          open = false;
          charges.forEach(c -> correct(c, c.correction(usage, cost)));
        }
      }
    }

    @Override
    public void release() {
      synchronized (money) {
        if (open) {
          open = false;
          charges.forEach(c -> correct(c, -c.amount()));
        }
      }
    }

    private void correct(Charge c, long by) {
      if (by == 0) {
        return;
      }
      if (c.window()) {
        window(c).correct(second(), second, by);
      } else {
        money.merge(c.counter(), by, Math::addExact);
      }
    }
  }
}
