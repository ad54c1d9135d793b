package dev.gatun.ai;

/**
 * What a call cost, and how that is known.
 *
 * @param amount the amount; zero when unknown
 * @param source how it is known
 */
public record Cost(Usd amount, Source source) {
  /** How a cost is known. */
  public enum Source {
    /** The provider told it. */
    REPORTED,
    /** Reported usage times the price list. */
    PRICED,
    /** Estimated usage times the price list. */
    ESTIMATED,
    /** The price list does not have the model: not zero, but not known. */
    UNKNOWN
  }

  /** No cost: nothing was asked of a provider. */
  public static final Cost FREE = new Cost(Usd.ZERO, Source.REPORTED);

  /** A cost that nothing tells. */
  public static final Cost UNKNOWN = new Cost(Usd.ZERO, Source.UNKNOWN);

  /** The sum, as uncertain as the less certain of the two. */
  public Cost plus(Cost other) {
    return new Cost(
        amount.plus(other.amount), source.compareTo(other.source) >= 0 ? source : other.source);
  }
}
