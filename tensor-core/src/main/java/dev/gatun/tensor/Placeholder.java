package dev.gatun.tensor;

/** Stands in for the first class: a package cannot be exported empty. */
public final class Placeholder {
  private Placeholder() {}
}
