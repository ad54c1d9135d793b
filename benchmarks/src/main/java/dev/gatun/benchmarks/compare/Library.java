package dev.gatun.benchmarks.compare;

import org.jspecify.annotations.Nullable;

/** One of the libraries that are compared, in the process that is its alone. */
public interface Library {
  /** Makes the operands of a case, or returns null when the library does not do such a case. */
  @Nullable Work prepare(Case c);

  /** What serves here, for the log: versions, instruction sets, threads. */
  String describe();
}
