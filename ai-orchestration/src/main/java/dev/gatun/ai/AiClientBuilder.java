package dev.gatun.ai;

import dev.gatun.ai.client.DefaultAiClient;
import dev.gatun.ai.client.Settings;
import dev.gatun.ai.routing.RoutingPolicy;
import dev.gatun.ai.spi.CallObserver;
import dev.gatun.ai.spi.Ledger;
import dev.gatun.ai.spi.Limiter;
import dev.gatun.ai.spi.PrivacyGuard;
import dev.gatun.ai.spi.Provider;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.ai.spi.ProviderFactory;
import dev.gatun.ai.spi.ResponseCache;
import dev.gatun.ai.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds an {@link AiClient}. Not thread-safe; a builder can build several clients.
 *
 * <p>Defaults:
 *
 * <ul>
 *   <li>{@link #policy}: {@link RoutingPolicy#taskAffinity}
 *   <li>time limits: {@link #connectTimeout} 5 s, {@link #firstTokenTimeout} 30 s, {@link
 *       #idleTimeout} 30 s, {@link #timeout} 120 s for the whole call
 *   <li>{@link #maxAttempts} 4 a call, all models together; {@link #retriesPerModel} 1 before
 *       another model is asked
 *   <li>{@link #backoff} from 250 ms, doubling to 8 s, less a random part of up to half
 *   <li>{@link #patience} 1 s: a provider that asks for a longer wait is passed over while another
 *       can serve
 *   <li>{@link #retryBudget} 10 % of a provider's requests, and 1 a second
 *   <li>{@link #circuitBreaker} opens at 50 % failures of the last 20 attempts of a key within a
 *       minute, for 15 s, then lets 3 probes through
 *   <li>{@link #bulkhead} 256 requests at once a key
 *   <li>{@link #parkKeys} 10 minutes for a key that is refused or has no credit
 *   <li>{@link #hedging} off
 *   <li>{@link #defaultMaxOutputTokens} 4,096, used only when a limiter is set
 *   <li>{@link #maxRequestSize} 32 Mi characters
 *   <li>cache, limiter, ledger, privacy guard, observers: none
 * </ul>
 */
public final class AiClientBuilder {
  private static final Logger log = LoggerFactory.getLogger("dev.gatun.ai");
  private static final String DEMO = "demo";

  private final List<Provider> providers = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<CallObserver> observers = new ArrayList<>();
  private RoutingPolicy policy = RoutingPolicy.taskAffinity();
  private Duration connect = Duration.ofSeconds(5);
  private Duration firstToken = Duration.ofSeconds(30);
  private Duration idle = Duration.ofSeconds(30);
  private Duration total = Duration.ofMinutes(2);
  private int maxAttempts = 4;
  private int retriesPerModel = 1;
  private Duration backoff = Duration.ofMillis(250);
  private Duration maxBackoff = Duration.ofSeconds(8);
  private Duration patience = Duration.ofSeconds(1);
  private double retryShare = 0.1;
  private double retryFloor = 1;
  private double failureRatio = 0.5;
  private int window = 20;
  private Duration open = Duration.ofSeconds(15);
  private int probes = 3;
  private int bulkhead = 256;
  private Duration parked = Duration.ofMinutes(10);
  private Optional<Settings.Hedging> hedging = Optional.empty();
  private int defaultMaxOutputTokens = 4096;
  private long maxRequestSize = 32L << 20;
  private ResponseCache cache = ResponseCache.NONE;
  private Limiter limiter = Limiter.UNLIMITED;
  private Ledger ledger = Ledger.NONE;
  private PrivacyGuard privacy = PrivacyGuard.NONE;
  private TimeSource time = TimeSource.SYSTEM;
  private Optional<Long> seed = Optional.empty();

  AiClientBuilder() {}

  /** Adds a provider; the client closes it. */
  public AiClientBuilder provider(Provider value) {
    providers.add(value);
    return this;
  }

  /**
   * Adds all providers that have a key in the environment; see {@link #discover(ProviderConfig)}.
   */
  public AiClientBuilder discover() {
    return discover(ProviderConfig.environment());
  }

  /**
   * Adds all installed providers that have a key in a configuration, in the order of their ids.
   * When none has, and no other provider was added before, the demo provider is added instead,
   * which answers from a script; the log says so, and so does the route of every answer.
   *
   * @throws IllegalArgumentException when the configuration has something unusable
   */
  public AiClientBuilder discover(ProviderConfig config) {
    List<ProviderFactory> factories = new ArrayList<>();
    ServiceLoader.load(ProviderFactory.class, Provider.class.getClassLoader())
        .forEach(factories::add);
    factories.sort(Comparator.comparing(ProviderFactory::id));
    for (ProviderFactory f : factories) {
      if (!f.id().equals(DEMO)) {
        f.create(config).ifPresent(providers::add);
      }
    }
    if (providers.isEmpty()) {
      for (ProviderFactory f : factories) {
        if (f.id().equals(DEMO)) {
          f.create(config).ifPresent(providers::add);
          String note = "no provider has a key: the demo provider answers from a script";
          notes.add(note);
          log.warn("No provider has a key: the demo provider answers from a script");
        }
      }
    }
    return this;
  }

  /** Sets who is asked first. */
  public AiClientBuilder policy(RoutingPolicy value) {
    policy = value;
    return this;
  }

  /** Sets the longest wait for a connection. */
  public AiClientBuilder connectTimeout(Duration value) {
    connect = positive("connectTimeout", value);
    return this;
  }

  /**
   * Sets the longest wait for the first piece of a streamed answer. An answer that comes at once
   * has half of what is left of the call's time while another model could be asked, else all of it.
   */
  public AiClientBuilder firstTokenTimeout(Duration value) {
    firstToken = positive("firstTokenTimeout", value);
    return this;
  }

  /** Sets the longest wait between two pieces of an answer. */
  public AiClientBuilder idleTimeout(Duration value) {
    idle = positive("idleTimeout", value);
    return this;
  }

  /** Sets the time for a whole call, attempts and waits included. */
  public AiClientBuilder timeout(Duration value) {
    total = positive("timeout", value);
    return this;
  }

  /** Sets the most requests to providers that a call may make. */
  public AiClientBuilder maxAttempts(int value) {
    maxAttempts = atLeastOne("maxAttempts", value);
    return this;
  }

  /** Sets how often a model is asked again before another one is. */
  public AiClientBuilder retriesPerModel(int value) {
    if (value < 0) {
      throw new IllegalArgumentException("retriesPerModel cannot be negative, got " + value);
    }
    retriesPerModel = value;
    return this;
  }

  /** Sets the first and the longest wait before a model is asked again. */
  public AiClientBuilder backoff(Duration first, Duration longest) {
    backoff = positive("backoff", first);
    maxBackoff = positive("longest backoff", longest);
    return this;
  }

  /** Sets how long to wait for the better model before the next one is asked. */
  public AiClientBuilder patience(Duration value) {
    patience = value;
    return this;
  }

  /**
   * Limits repeated requests to the same provider; requests to another one are limited by {@link
   * #maxAttempts} alone.
   *
   * @param share of the provider's first requests, 0 to 1
   * @param floorPerSecond how many are allowed whatever the traffic
   */
  public AiClientBuilder retryBudget(double share, double floorPerSecond) {
    if (!(share >= 0 && share <= 1 && floorPerSecond >= 0)) {
      throw new IllegalArgumentException(
          "A retry budget is a share from 0 to 1 and a rate from 0, got "
              + share
              + " and "
              + floorPerSecond);
    }
    retryShare = share;
    retryFloor = floorPerSecond;
    return this;
  }

  /**
   * Sets when a key is left alone after failures.
   *
   * @param ratio of failures among the last outcomes
   * @param outcomes how many outcomes; as long as there are fewer, successes are assumed
   * @param pause how long
   * @param trials how many requests then test whether it works again
   */
  public AiClientBuilder circuitBreaker(double ratio, int outcomes, Duration pause, int trials) {
    if (!(ratio > 0 && ratio <= 1)) {
      throw new IllegalArgumentException("A failure ratio is over 0 and at most 1, got " + ratio);
    }
    failureRatio = ratio;
    window = atLeastOne("outcomes", outcomes);
    open = positive("pause", pause);
    probes = atLeastOne("trials", trials);
    return this;
  }

  /** Sets the most requests with one key at once. */
  public AiClientBuilder bulkhead(int value) {
    bulkhead = atLeastOne("bulkhead", value);
    return this;
  }

  /** Sets how long a key is left alone that was refused or has no credit. */
  public AiClientBuilder parkKeys(Duration value) {
    parked = positive("parkKeys", value);
    return this;
  }

  /**
   * Asks a second model when the first is slow; the first good answer wins, and the other request
   * is cancelled and accounted for.
   *
   * @param after how long to wait for the first
   * @param spendShare the most that second requests may cost, as a share of what all calls cost
   *     (and a cent to start with). A model whose price is not known is never asked second.
   */
  public AiClientBuilder hedging(Duration after, double spendShare) {
    if (!(spendShare >= 0)) {
      throw new IllegalArgumentException("A share of spend is at least 0, got " + spendShare);
    }
    hedging = Optional.of(new Settings.Hedging(positive("after", after), spendShare));
    return this;
  }

  /**
   * Sets the limit of an answer for requests that name none, when there is a limiter: what may be
   * used at most must be known before.
   */
  public AiClientBuilder defaultMaxOutputTokens(int value) {
    defaultMaxOutputTokens = atLeastOne("defaultMaxOutputTokens", value);
    return this;
  }

  /** Sets the most characters of a request, images in base64 included. */
  public AiClientBuilder maxRequestSize(long value) {
    maxRequestSize = value;
    return this;
  }

  /** Sets the cache of answers; the client closes it. */
  public AiClientBuilder cache(ResponseCache value) {
    cache = value;
    return this;
  }

  /** Sets what keeps to limits and budgets. */
  public AiClientBuilder limiter(Limiter value) {
    limiter = value;
    return this;
  }

  /** Sets what keeps account of attempts. */
  public AiClientBuilder ledger(Ledger value) {
    ledger = value;
    return this;
  }

  /** Sets what replaces personal data; it sees every request and decides by its data policy. */
  public AiClientBuilder privacy(PrivacyGuard value) {
    privacy = value;
    return this;
  }

  /** Adds an observer. */
  public AiClientBuilder observer(CallObserver value) {
    observers.add(value);
    return this;
  }

  /** Sets the clock. */
  public AiClientBuilder time(TimeSource value) {
    time = value;
    return this;
  }

  /** Sets the seed of ties, weighted draws and jitter; without one it differs each time. */
  public AiClientBuilder seed(long value) {
    seed = Optional.of(value);
    return this;
  }

  /**
   * The client.
   *
   * @throws IllegalStateException when there is no provider, or two with one id
   */
  public AiClient build() {
    if (providers.isEmpty()) {
      throw new IllegalStateException(
          "A client needs at least one provider: add one, or set a key such as OPENAI_API_KEY and"
              + " call discover()");
    }
    return new DefaultAiClient(
        new Settings(
            providers,
            notes,
            policy,
            new Settings.Timeouts(connect, firstToken, idle, total),
            new Settings.Retries(
                maxAttempts,
                retriesPerModel,
                backoff,
                maxBackoff,
                patience,
                retryShare,
                retryFloor),
            new Settings.Circuits(failureRatio, window, open, probes, bulkhead, parked),
            hedging,
            defaultMaxOutputTokens,
            maxRequestSize,
            cache,
            limiter,
            ledger,
            privacy,
            observers,
            time,
            seed.orElseGet(() -> ThreadLocalRandom.current().nextLong())));
  }

  private static Duration positive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + " must be positive, got " + value);
    }
    return value;
  }

  private static int atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, got " + value);
    }
    return value;
  }
}
