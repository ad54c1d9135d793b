package dev.gatun.examples.conformance;

import java.util.Locale;

/**
 * How one case went.
 *
 * @param source the case
 * @param status the verdict
 * @param detail what went wrong; empty when it passed
 * @param seconds how long reading, computing and comparing took
 */
public record Outcome(Case source, Status status, String detail, double seconds) {

  /** The verdict on a case. */
  public enum Status {
    /** All results and gradients are within tolerance. */
    PASSED,
    /** A result is wrong or missing, or the computation broke. */
    FAILED,
    /** Gatun does not have the operation, or the device has no kernel for it. */
    UNSUPPORTED;

    /** The lower-case name. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
