package dev.gatun.gateway.observe;

import dev.gatun.ai.Status;
import dev.gatun.ai.Usd;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ProviderConfig;
import io.micrometer.core.instrument.Gauge;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every ten seconds whether something is wrong: too many errors, answers that come too
 * slowly, providers that fail, money that goes too fast. What begins and what ends is logged, told
 * to listeners, counted in the metric {@code gatun.alert.firing} and part of the status.
 * Thread-safe.
 */
public final class Alerts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("dev.gatun.gateway.alerts");
  private static final int FEW = 20;
  private static final double SPIKE = 5;

  private final Settings settings;
  private final Traffic traffic;
  private final Supplier<Status> status;
  private final InstantSource clock;
  private final Map<String, Alert> states = new LinkedHashMap<>();
  private final List<Consumer<Alert>> listeners = new CopyOnWriteArrayList<>();
  private final ScheduledThreadPoolExecutor timer;

  /**
   * When to alert.
   *
   * @param availability the least share of the last 5 minutes' requests that are not answered by
   *     500 and more
   * @param p99Seconds the longest 99th percentile of the last 5 minutes' latencies
   * @param usdPerHour the most money in an hour; empty for no limit
   */
  public record Settings(double availability, double p99Seconds, Optional<Usd> usdPerHour) {
    /**
     * Reads {@code GATUN_ALERT_AVAILABILITY} (default 0.99), {@code GATUN_ALERT_P99_SECONDS}
     * (default 60) and {@code GATUN_ALERT_USD_PER_HOUR} (default none).
     *
     * @throws IllegalArgumentException when a value is unusable; the message names it
     */
    public static Settings read(ProviderConfig config) {
      return new Settings(
          number(config, "GATUN_ALERT_AVAILABILITY", 0, 1).orElse(0.99),
          number(config, "GATUN_ALERT_P99_SECONDS", 0, 86_400).orElse(60.0),
          number(config, "GATUN_ALERT_USD_PER_HOUR", 0, 1e6)
              .map(d -> Usd.of(java.math.BigDecimal.valueOf(d))));
    }

    private static Optional<Double> number(
        ProviderConfig config, String name, double min, double max) {
      return config
          .get(name)
          .map(text -> {
            try {
              double value = Double.parseDouble(text);
              if (value >= min && value <= max) {
                return value;
              }
            } catch (NumberFormatException _) {
              // Said below.
            }
            throw new IllegalArgumentException(
                name + " must be a number from " + min + " to " + max + ", got '" + text + "'");
          });
    }
  }

  /**
   * The state of an alert.
   *
   * @param name which, such as {@code error-rate}
   * @param firing whether something is wrong
   * @param since since when it is so
   * @param text what is so, in one sentence
   */
  public record Alert(String name, boolean firing, Instant since, String text) {
    /** As the status and the events tell it. */
    public Json.Obj json() {
      return Json.object()
          .put("name", name)
          .put("firing", firing)
          .put("since", since.toString())
          .put("text", text)
          .build();
    }
  }

  private record Finding(boolean firing, String text) {}

  /**
   * Begins to look.
   *
   * @param status of the client; without I/O
   */
  public Alerts(Settings settings, HttpMetrics metrics, Supplier<Status> status) {
    this(settings, metrics, status, InstantSource.system());
  }

  Alerts(Settings settings, HttpMetrics metrics, Supplier<Status> status, InstantSource clock) {
    this.clock = clock;
    this.settings = settings;
    this.traffic = metrics.traffic();
    this.status = status;
    for (String name : findings().keySet()) {
      states.put(name, new Alert(name, false, clock.instant(), "Nothing is wrong"));
      Gauge.builder("gatun.alert.firing", () -> firing(name) ? 1 : 0)
          .tag("alert", name)
          .register(metrics.registry());
    }
    timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("gatun-alerts").factory());
    var _ =
        timer.scheduleWithFixedDelay(
            this::look, Window.STEP_SECONDS, Window.STEP_SECONDS, TimeUnit.SECONDS);
  }

  /** Tells a listener of each alert that begins or ends. It must be quick. */
  public void onChange(Consumer<Alert> listener) {
    listeners.add(listener);
  }

  /** All alerts. */
  public synchronized List<Alert> all() {
    return List.copyOf(states.values());
  }

  /** As the status tells them. */
  public Json json() {
    return new Json.Arr(all().stream().<Json>map(Alert::json).toList());
  }

  private synchronized boolean firing(String name) {
    Alert alert = states.get(name);
    return alert != null && alert.firing();
  }

  /** Looks now, before the next ten seconds are over. */
  public void look() {
    List<Alert> changes = new ArrayList<>();
    synchronized (this) {
      findings()
          .forEach((name, finding) -> {
            Alert before = states.get(name);
            boolean change = before == null || before.firing() != finding.firing();
            Alert after =
                new Alert(
                    name,
                    finding.firing(),
                    before == null || change ? clock.instant() : before.since(),
                    finding.text());
            states.put(name, after);
            if (change) {
              changes.add(after);
            }
          });
    }
    for (Alert a : changes) {
      LOG.atWarn()
          .addKeyValue("alert", a.name())
          .addKeyValue("firing", a.firing())
          .log("{}: {}", a.firing() ? "Alert" : "Over", a.text());
      for (Consumer<Alert> listener : listeners) {
        try {
          listener.accept(a);
        } catch (RuntimeException e) {
          LOG.error("A listener of alerts failed", e);
        }
      }
    }
  }

  private Map<String, Finding> findings() {
    Window.Sum five = traffic.window().last(300);
    Window.Sum one = traffic.window().last(60);
    Window.Sum hour = traffic.window().last(3600);
    Map<String, Finding> found = new LinkedHashMap<>();
    found.put(
        "error-rate",
        new Finding(
            five.requests() >= FEW && 1 - five.errorShare() < settings.availability(),
            percent(five.errorShare())
                + " of the last 5 minutes' "
                + five.requests()
                + " requests failed"));
    found.put(
        "error-spike",
        new Finding(
            one.errors() >= FEW / 2 && one.errorShare() > SPIKE * Math.max(before(hour, one), 0.01),
            percent(one.errorShare())
                + " of the last minute's requests failed, "
                + percent(before(hour, one))
                + " of the hour's before"));
    found.put(
        "latency",
        new Finding(
            five.requests() >= FEW && five.p99Millis() > 1000 * settings.p99Seconds(),
            String.format(
                Locale.ROOT,
                "The 99th percentile of the last 5 minutes' latencies is %.1f s",
                five.p99Millis() / 1000)));
    List<String> open =
        status.get().providers().stream()
            .filter(p -> p.circuit() == Status.Circuit.OPEN)
            .map(Status.ProviderStatus::id)
            .toList();
    found.put(
        "provider-down",
        new Finding(
            !open.isEmpty(),
            open.isEmpty() ? "All providers answer" : "Left alone after failures: " + open));
    found.put(
        "spend",
        new Finding(
            settings.usdPerHour().map(most -> hour.spent().compareTo(most) > 0).orElse(false),
            "The last hour cost " + hour.spent()));
    return found;
  }

  /** The share of errors before the last minute. */
  private static double before(Window.Sum hour, Window.Sum one) {
    long requests = hour.requests() - one.requests();
    return requests <= 0 ? 0 : (double) (hour.errors() - one.errors()) / requests;
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /** Stops to look. */
  @Override
  public void close() {
    timer.shutdownNow();
  }
}
