package dev.gatun.ai;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * An amount of US dollars in whole pico-dollars (10⁻¹² USD): a token at $1 per million is 10⁶ of
 * them, and no price of a provider needs a fraction. Arithmetic is exact and fails on overflow
 * (above about 9.2 million dollars).
 *
 * @param pico the amount in pico-dollars; may be negative
 */
public record Usd(long pico) implements Comparable<Usd> {
  /** Pico-dollars in a dollar. */
  public static final long PER_DOLLAR = 1_000_000_000_000L;

  /** Nothing. */
  public static final Usd ZERO = new Usd(0);

  /** An amount in pico-dollars. */
  public static Usd ofPico(long pico) {
    return new Usd(pico);
  }

  /** An amount in cents. */
  public static Usd cents(long cents) {
    return new Usd(Math.multiplyExact(cents, PER_DOLLAR / 100));
  }

  /**
   * An amount in dollars, such as {@code "0.25"}; digits below a pico-dollar are rounded up, so
   * that nothing is charged too low.
   *
   * @throws NumberFormatException when the text is not a decimal number
   * @throws ArithmeticException when the amount does not fit
   */
  public static Usd of(String dollars) {
    return of(new BigDecimal(dollars));
  }

  /**
   * An amount in dollars; digits below a pico-dollar are rounded up.
   *
   * @throws ArithmeticException when the amount does not fit
   */
  public static Usd of(BigDecimal dollars) {
    return new Usd(dollars.movePointRight(12).setScale(0, RoundingMode.CEILING).longValueExact());
  }

  /** The sum. */
  public Usd plus(Usd other) {
    return new Usd(Math.addExact(pico, other.pico));
  }

  /** The difference. */
  public Usd minus(Usd other) {
    return new Usd(Math.subtractExact(pico, other.pico));
  }

  /** A multiple. */
  public Usd times(long factor) {
    return new Usd(Math.multiplyExact(pico, factor));
  }

  /** The amount in dollars, exactly. */
  public BigDecimal dollars() {
    return BigDecimal.valueOf(pico, 12);
  }

  @Override
  public int compareTo(Usd other) {
    return Long.compare(pico, other.pico);
  }

  @Override
  public String toString() {
    BigDecimal d = dollars().stripTrailingZeros();
    return d.setScale(Math.max(2, d.scale())).toPlainString() + " USD";
  }
}
