package dev.gatun.tensor.op;

import java.util.Locale;

/** The elementwise functions of two operands of one dtype. */
public enum BinaryKind {
  ADD(Domain.NUMERIC),
  SUB(Domain.NUMERIC),
  MUL(Domain.NUMERIC),
  /** Division of floats. */
  DIV(Domain.FLOAT),
  /** The quotient rounded down. */
  FLOOR_DIV(Domain.NUMERIC),
  /** The quotient rounded towards zero. */
  TRUNC_DIV(Domain.NUMERIC),
  /** What is left of {@link #FLOOR_DIV}; has the divisor's sign. */
  REMAINDER(Domain.NUMERIC),
  /** What is left of {@link #TRUNC_DIV}; has the dividend's sign. */
  FMOD(Domain.NUMERIC),
  POW(Domain.NUMERIC),
  /** The greater; NaN if either is. */
  MAXIMUM(Domain.NUMERIC),
  /** The smaller; NaN if either is. */
  MINIMUM(Domain.NUMERIC),
  ATAN2(Domain.FLOAT),
  /** The first operand's magnitude with the second's sign. */
  COPYSIGN(Domain.FLOAT),
  EQ(Domain.COMPARE),
  NE(Domain.COMPARE),
  LT(Domain.COMPARE),
  LE(Domain.COMPARE),
  GT(Domain.COMPARE),
  GE(Domain.COMPARE),
  AND(Domain.BITS),
  OR(Domain.BITS),
  XOR(Domain.BITS),
  SHL(Domain.SHIFT),
  /** Arithmetic for signed types. */
  SHR(Domain.SHIFT);

  /** Which dtypes a function takes and what it returns. */
  public enum Domain {
    /** Any number, and bool for MAXIMUM, MINIMUM, ADD (or) and MUL (and); same dtype out. */
    NUMERIC,
    /** Floats; same dtype out. */
    FLOAT,
    /** Any dtype; bool out. */
    COMPARE,
    /** Integers or bool; same dtype out. */
    BITS,
    /** Integers; same dtype out. */
    SHIFT
  }

  private final Domain domain;

  BinaryKind(Domain domain) {
    this.domain = domain;
  }

  public Domain domain() {
    return domain;
  }

  /** The lower-case name for messages. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
