package dev.gatun.ai.client;

import dev.gatun.ai.Cost;

/**
 * Keeps what second requests cost below a share of what all calls cost, after a small start.
 * Thread-safe.
 */
final class HedgeBudget {
  private static final double START_PICO = 1e10; // one cent

  private final double share;
  private double pico = START_PICO;

  HedgeBudget(double share) {
    this.share = share;
  }

  synchronized void spent(Cost cost) {
    pico = Math.min(1e14, pico + share * cost.amount().pico());
  }

  /** Whether a second request may be made; what it is expected to cost is then taken. */
  synchronized boolean take(Cost expected) {
    if (expected.source() == Cost.Source.UNKNOWN || expected.amount().pico() > pico) {
      return false;
    }
    pico -= expected.amount().pico();
    return true;
  }
}
