// JMH benchmarks; open, because JMH runs generated classes by reflection.
open module dev.gatun.benchmarks {
  requires dev.gatun.nn;
  requires jmh.core;
  requires static org.jspecify;
}
