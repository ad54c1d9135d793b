package dev.gatun.gateway.chat;

import dev.gatun.ai.CacheMode;
import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.ChatResponse;
import dev.gatun.ai.Cost;
import dev.gatun.ai.Task;
import dev.gatun.ai.Usd;
import dev.gatun.gateway.http.Exchange;
import dev.gatun.gateway.http.Problem;
import java.math.BigDecimal;
import java.util.Locale;

/**
 * What a request can ask for beyond its format, and what an answer tells, in headers: {@code
 * X-Gatun-Task}, {@code X-Gatun-Max-Cost} in dollars, {@code Cache-Control: no-store} or {@code
 * no-cache}; {@code X-Gatun-Model}, {@code -Attempts}, {@code -Cache}, {@code -Cost-Usd}, {@code
 * -Overhead-Ms}.
 */
public final class RouteHeaders {
  private RouteHeaders() {}

  /** Reads those of a request into a call. */
  public static void read(Exchange exchange, ChatRequest.Builder b) {
    exchange.header("x-gatun-task").ifPresent(t -> b.task(task(t)));
    exchange.header("x-gatun-max-cost").ifPresent(c -> b.maxCost(usd(c)));
    String cache = exchange.header("cache-control").orElse("").toLowerCase(Locale.ROOT);
    if (cache.contains("no-store")) {
      b.cache(CacheMode.OFF);
    } else if (cache.contains("no-cache")) {
      b.cache(CacheMode.REFRESH);
    }
    b.metadata("request_id", exchange.requestId());
  }

  private static Task task(String name) {
    if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
      throw Problem.of(400, "invalid-request", "X-Gatun-Task must be a name, such as 'code'");
    }
    return Task.of(name);
  }

  private static Usd usd(String text) {
    try {
      Usd amount = text.length() > 30 ? Usd.ofPico(-1) : Usd.of(text);
      if (amount.pico() >= 0) {
        return amount;
      }
    } catch (NumberFormatException | ArithmeticException _) {
      // Said below.
    }
    throw Problem.of(
        400, "invalid-request", "X-Gatun-Max-Cost must be an amount in dollars, such as 0.02");
  }

  /** Tells how an answer came about. */
  public static void write(Exchange exchange, ChatResponse r) {
    exchange.setHeader("X-Gatun-Model", r.served().toString());
    exchange.setHeader("X-Gatun-Attempts", Integer.toString(r.route().attempts().size()));
    exchange.setHeader("X-Gatun-Cache", r.route().cached() ? "hit" : "miss");
    if (r.cost().source() != Cost.Source.UNKNOWN) {
      exchange.setHeader("X-Gatun-Cost-Usd", r.cost().amount().dollars().toPlainString());
    }
    exchange.setHeader(
        "X-Gatun-Overhead-Ms",
        BigDecimal.valueOf(r.route().overhead().toNanos() / 1000, 3).toPlainString());
  }
}
