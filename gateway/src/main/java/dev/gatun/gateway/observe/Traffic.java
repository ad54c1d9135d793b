package dev.gatun.gateway.observe;

import dev.gatun.ai.Attempt;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.Usd;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.CallObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The traffic of the last hour, in this process: for the dashboard and for alerts, which need no
 * server of metrics. Thread-safe.
 */
public final class Traffic implements CallObserver {
  private static final int LOOK_SECONDS = 300;
  private static final int SERIES = 60;

  private final LongSupplier nanos;
  private final Window all;
  private final Map<String, Window> routes = new ConcurrentSkipListMap<>();
  private final Map<String, AtomicLong> spent = new ConcurrentHashMap<>();
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong failedCalls = new AtomicLong();
  private final AtomicLong cacheHits = new AtomicLong();

  /** No traffic yet. */
  public Traffic() {
    this(System::nanoTime);
  }

  /** No traffic yet, by a clock. */
  Traffic(LongSupplier nanos) {
    this.nanos = nanos;
    all = new Window(nanos);
  }

  /** A request that asked for work was answered. */
  void answered(String route, int status, long took) {
    boolean error = status >= 500;
    all.answered(error, took);
    routes.computeIfAbsent(route, _ -> new Window(nanos)).answered(error, took);
  }

  Window window() {
    return all;
  }

  @Override
  public Call begin(Begin begin) {
    calls.incrementAndGet();
    return new Call() {
      @Override
      public void attemptEnds(Attempt a, Optional<AiException> error) {
        Usd cost = a.cost().amount();
        if (cost.pico() != 0) {
          all.spent(cost);
          spent.computeIfAbsent(a.model().toString(), _ -> new AtomicLong()).addAndGet(cost.pico());
        }
      }

      @Override
      public void cacheHit() {
        cacheHits.incrementAndGet();
      }

      @Override
      public void succeeds(ChatResponse response) {}

      @Override
      public void fails(AiException error) {
        failedCalls.incrementAndGet();
      }
    };
  }

  /** As the status tells it. */
  public Json.Obj json() {
    Window.Sum now = all.last(LOOK_SECONDS);
    List<Json> series = new ArrayList<>();
    for (Window.Sum s : all.series(SERIES)) {
      series.add(
          Json.object()
              .put("requests", s.requests())
              .put("errors", s.errors())
              .put("p50_ms", round(s.p50Millis()))
              .put("p99_ms", round(s.p99Millis()))
              .put("spent_usd", usd(s.spent()))
              .build());
    }
    List<Json> byRoute = new ArrayList<>();
    routes.forEach((route, window) -> {
      Window.Sum s = window.last(LOOK_SECONDS);
      byRoute.add(sum(s).with("route", Json.of(route)));
    });
    Json.ObjectBuilder byModel = Json.object();
    spent.forEach((model, pico) -> byModel.put(model, usd(Usd.ofPico(pico.get()))));
    return sum(now)
        .with("window_seconds", Json.of(LOOK_SECONDS))
        .with("calls", Json.of(calls.get()))
        .with("failed_calls", Json.of(failedCalls.get()))
        .with("cache_hits", Json.of(cacheHits.get()))
        .with("spent_last_hour_usd", usd(all.last(3600).spent()))
        .with("spent_by_model_usd", byModel.build())
        .with("routes", new Json.Arr(byRoute))
        .with("step_seconds", Json.of(Window.STEP_SECONDS))
        .with("series", new Json.Arr(series));
  }

  private static Json.Obj sum(Window.Sum s) {
    return Json.object()
        .put("requests", s.requests())
        .put("errors", s.errors())
        .put("p50_ms", round(s.p50Millis()))
        .put("p99_ms", round(s.p99Millis()))
        .build();
  }

  private static double round(double millis) {
    return Math.round(millis * 10) / 10.0;
  }

  private static Json usd(Usd amount) {
    return new Json.Num(amount.dollars().toPlainString());
  }
}
