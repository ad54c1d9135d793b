package dev.gatun.benchmarks.compare;

/** What is timed, ready to run over and over. */
@FunctionalInterface
public interface Work extends AutoCloseable {
  /** Does it once. */
  void run();

  /** Waits for what {@link #run} left to do, where a device works on its own. */
  default void complete() {}

  /** Frees what it holds. */
  @Override
  default void close() {}

  /** The same work, which when closed frees what it held before, then these. */
  default Work freeing(AutoCloseable... held) {
    Work self = this;
    return new Work() {
      @Override
      public void run() {
        self.run();
      }

      @Override
      public void complete() {
        self.complete();
      }

      @Override
      public void close() {
        self.close();
        for (AutoCloseable h : held) {
          try {
            h.close();
          } catch (Exception e) {
            throw new IllegalStateException("Could not free what a benchmark held", e);
          }
        }
      }
    };
  }
}
