package dev.gatun.gateway.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.ai.Status;
import dev.gatun.ai.Usd;
import dev.gatun.ai.spi.ProviderConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The window of the last hour and the alerts on it, by a clock that a test moves. */
class AlertsTest {
  private static final Instant START = Instant.parse("2026-11-25T12:00:00Z");
  private static final long FAST = Duration.ofMillis(20).toNanos();

  private final AtomicLong nanos = new AtomicLong();
  private final Traffic traffic = new Traffic(nanos::get);
  private final HttpMetrics metrics = new HttpMetrics(traffic);
  private final List<Status.ProviderStatus> providers = new ArrayList<>();
  private final Alerts alerts =
      new Alerts(
          new Alerts.Settings(0.99, 2, Optional.of(Usd.of("10"))),
          metrics,
          () -> new Status(now(), List.copyOf(providers)),
          this::now);
  private final List<String> told = new ArrayList<>();

  AlertsTest() {
    alerts.onChange(a -> told.add((a.firing() ? "+" : "-") + a.name()));
  }

  @AfterEach
  void stop() {
    alerts.close();
  }

  private Instant now() {
    return START.plusNanos(nanos.get());
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private void answered(int count, int status, long took) {
    for (int i = 0; i < count; i++) {
      metrics.worked("POST", "/x", status, took);
    }
  }

  private Alerts.Alert alert(String name) {
    return alerts.all().stream().filter(a -> a.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void aStepThatIsOlderThanAskedForDoesNotCount() {
    Window window = new Window(nanos::get);
    window.answered(false, FAST);
    pass(Duration.ofSeconds(59));
    window.answered(true, FAST);
    window.spent(Usd.of("0.5"));
    // The step under way counts as one of the six of a minute.
    assertThat(window.last(60).requests()).isEqualTo(2);
    pass(Duration.ofSeconds(1));
    assertThat(window.last(60).requests()).isEqualTo(1);
    assertThat(window.last(60).errors()).isEqualTo(1);
    assertThat(window.last(60).errorShare()).isEqualTo(1);
    assertThat(window.last(3600)).extracting(Window.Sum::requests).isEqualTo(2L);
    assertThat(window.series(7))
        .extracting(Window.Sum::requests)
        .containsExactly(1L, 0L, 0L, 0L, 0L, 1L, 0L);
    // An hour later its slots are others'.
    pass(Duration.ofMinutes(60));
    assertThat(window.last(3600).requests()).isZero();
    assertThat(window.last(3600).spent()).isEqualTo(Usd.ZERO);
    window.answered(false, FAST);
    assertThat(window.last(3600).requests()).isEqualTo(1);
  }

  @Test
  void quantilesAreTheUpperEndsOfTheirBins() {
    Window window = new Window(nanos::get);
    for (int i = 1; i <= 100; i++) {
      window.answered(false, Duration.ofMillis(i).toNanos());
    }
    // Bins are 19 % apart.
    assertThat(window.last(60).p50Millis()).isBetween(50.0, 60.0);
    assertThat(window.last(60).p99Millis()).isBetween(99.0, 118.0);
    assertThat(new Window(nanos::get).last(60).p99Millis()).isZero();
    Window slow = new Window(nanos::get);
    slow.answered(false, Duration.ofDays(30).toNanos());
    slow.answered(false, 0);
    // What is longer than the longest bin is in it.
    assertThat(slow.last(60).p50Millis()).isCloseTo(0.1, within(1e-9));
    assertThat(slow.last(60).p99Millis()).isGreaterThan(600_000.0);
  }

  @Test
  void availabilityOfFiveMinutes() {
    answered(18, 200, FAST);
    answered(1, 500, FAST);
    alerts.look();
    assertThat(alert("error-rate").firing()).as("too few to tell").isFalse();
    answered(1, 503, FAST);
    alerts.look();
    assertThat(told).containsExactly("+error-rate");
    assertThat(alert("error-rate").since()).isEqualTo(START);
    assertThat(alert("error-rate").text())
        .isEqualTo("10.0 % of the last 5 minutes' 20 requests failed");
    assertThat(metrics.scrape()).contains("gatun_alert_firing{alert=\"error-rate\"} 1");
    pass(Duration.ofMinutes(1));
    alerts.look();
    // It began when it began, and is told once.
    assertThat(alert("error-rate").since()).isEqualTo(START);
    pass(Duration.ofMinutes(4));
    alerts.look();
    assertThat(told).containsExactly("+error-rate", "-error-rate");
    assertThat(alert("error-rate").since()).isEqualTo(START.plus(Duration.ofMinutes(5)));
    assertThat(metrics.scrape()).contains("gatun_alert_firing{alert=\"error-rate\"} 0");
  }

  @Test
  void mistakesOfClientsAreNoErrors() {
    answered(100, 400, FAST);
    answered(100, 429, FAST);
    alerts.look();
    assertThat(told).isEmpty();
  }

  @Test
  void onePercentIsAllowed() {
    answered(99, 200, FAST);
    answered(1, 500, FAST);
    alerts.look();
    assertThat(told).isEmpty();
    answered(1, 500, FAST);
    alerts.look();
    assertThat(told).containsExactly("+error-rate");
  }

  @Test
  void aSpikeIsJudgedByTheHourBefore() {
    // Two in a hundred fail for half an hour: many, but no spike.
    for (int minute = 0; minute < 30; minute++) {
      answered(980, 200, FAST);
      answered(20, 500, FAST);
      pass(Duration.ofMinutes(1));
    }
    alerts.look();
    assertThat(told).containsExactly("+error-rate");
    // Five times as many do not yet make one, a little more does.
    answered(900, 200, FAST);
    answered(100, 500, FAST);
    alerts.look();
    assertThat(alert("error-spike").firing()).isFalse();
    answered(10, 500, FAST);
    alerts.look();
    assertThat(told).containsExactly("+error-rate", "+error-spike");
    assertThat(alert("error-spike").text())
        .isEqualTo("10.9 % of the last minute's requests failed, 2.0 % of the hour's before");
    pass(Duration.ofMinutes(1));
    alerts.look();
    assertThat(told).containsExactly("+error-rate", "+error-spike", "-error-spike");
  }

  @Test
  void aSpikeAfterSilence() {
    answered(9, 500, FAST);
    alerts.look();
    assertThat(alert("error-spike").firing()).isFalse();
    answered(1, 500, FAST);
    alerts.look();
    assertThat(alert("error-spike").firing()).isTrue();
  }

  @Test
  void latency() {
    answered(99, 200, FAST);
    answered(1, 200, Duration.ofSeconds(30).toNanos());
    alerts.look();
    assertThat(told).as("the slowest of a hundred is not the 99th percentile").isEmpty();
    answered(1, 200, Duration.ofSeconds(30).toNanos());
    alerts.look();
    assertThat(told).containsExactly("+latency");
    assertThat(alert("latency").text())
        .startsWith("The 99th percentile of the last 5 minutes' latencies is 3");
  }

  @Test
  void money() {
    traffic.window().spent(Usd.of("10"));
    alerts.look();
    assertThat(told).as("the threshold itself is allowed").isEmpty();
    pass(Duration.ofMinutes(59));
    traffic.window().spent(Usd.of("0.01"));
    alerts.look();
    assertThat(told).containsExactly("+spend");
    assertThat(alert("spend").text()).isEqualTo("The last hour cost " + Usd.of("10.01"));
    pass(Duration.ofMinutes(1));
    alerts.look();
    assertThat(told).containsExactly("+spend", "-spend");
  }

  @Test
  void aProviderThatIsLeftAlone() {
    providers.add(provider("good", Status.Circuit.CLOSED));
    providers.add(provider("bad", Status.Circuit.OPEN));
    alerts.look();
    assertThat(told).containsExactly("+provider-down");
    assertThat(alert("provider-down").text()).isEqualTo("Left alone after failures: [bad]");
    providers.set(1, provider("bad", Status.Circuit.HALF_OPEN));
    alerts.look();
    assertThat(told).containsExactly("+provider-down", "-provider-down");
  }

  private static Status.ProviderStatus provider(String id, Status.Circuit circuit) {
    return new Status.ProviderStatus(
        id,
        List.of(),
        circuit,
        List.of(),
        0,
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        Usd.ZERO,
        Optional.empty());
  }

  @Test
  void aListenerThatFailsKeepsNobodyFromHearing() {
    alerts.onChange(_ -> {
      throw new IllegalStateException("of no matter");
    });
    List<String> second = new ArrayList<>();
    alerts.onChange(a -> second.add(a.name()));
    traffic.window().spent(Usd.of("11"));
    alerts.look();
    assertThat(second).containsExactly("spend");
  }

  @Test
  void settingsThatAreNoneAreNamed() {
    assertThatThrownBy(
            () -> Alerts.Settings.read(ProviderConfig.of(Map.of("GATUN_ALERT_AVAILABILITY", "2"))))
        .hasMessage("GATUN_ALERT_AVAILABILITY must be a number from 0.0 to 1.0, got '2'");
    Alerts.Settings read =
        Alerts.Settings.read(ProviderConfig.of(Map.of("GATUN_ALERT_USD_PER_HOUR", "2.5")));
    assertThat(read.usdPerHour()).contains(Usd.of("2.5"));
    assertThat(read.availability()).isEqualTo(0.99);
  }
}
