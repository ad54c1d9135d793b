/** JMH benchmarks. */
module dev.gatun.benchmarks {
  requires dev.gatun.nn;
  requires jmh.core;
  requires static org.jspecify;
}
