package dev.gatun.tensor.op;

import java.util.Locale;

/** The elementwise functions of one operand. */
public enum UnaryKind {
  NEG(Domain.NUMERIC),
  ABS(Domain.NUMERIC),
  SIGN(Domain.NUMERIC),
  SQUARE(Domain.NUMERIC),
  RELU(Domain.NUMERIC),
  FLOOR(Domain.NUMERIC),
  CEIL(Domain.NUMERIC),
  /** To the nearest integer, halves to even. */
  ROUND(Domain.NUMERIC),
  TRUNC(Domain.NUMERIC),
  EXP(Domain.FLOAT),
  EXP2(Domain.FLOAT),
  EXPM1(Domain.FLOAT),
  LOG(Domain.FLOAT),
  LOG2(Domain.FLOAT),
  LOG10(Domain.FLOAT),
  LOG1P(Domain.FLOAT),
  SQRT(Domain.FLOAT),
  RSQRT(Domain.FLOAT),
  RECIPROCAL(Domain.FLOAT),
  SIN(Domain.FLOAT),
  COS(Domain.FLOAT),
  TAN(Domain.FLOAT),
  ASIN(Domain.FLOAT),
  ACOS(Domain.FLOAT),
  ATAN(Domain.FLOAT),
  SINH(Domain.FLOAT),
  COSH(Domain.FLOAT),
  TANH(Domain.FLOAT),
  ASINH(Domain.FLOAT),
  ACOSH(Domain.FLOAT),
  ATANH(Domain.FLOAT),
  SIGMOID(Domain.FLOAT),
  ERF(Domain.FLOAT),
  ERFC(Domain.FLOAT),
  ERFINV(Domain.FLOAT),
  /** The logarithm of the absolute value of the gamma function. */
  LGAMMA(Domain.FLOAT),
  DIGAMMA(Domain.FLOAT),
  TRIGAMMA(Domain.FLOAT),
  /** Bitwise complement of integers, logical negation of bool. */
  NOT(Domain.BITS),
  IS_NAN(Domain.PREDICATE),
  IS_INF(Domain.PREDICATE),
  IS_FINITE(Domain.PREDICATE);

  /** Which dtypes a function takes and what it returns. */
  public enum Domain {
    /** Any number; the result has the same dtype. */
    NUMERIC,
    /** A float; the result has the same dtype. */
    FLOAT,
    /** An integer or bool; the result has the same dtype. */
    BITS,
    /** Any dtype; the result is bool. */
    PREDICATE
  }

  private final Domain domain;

  UnaryKind(Domain domain) {
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
