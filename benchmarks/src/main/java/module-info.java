// JMH benchmarks, and the comparison with other libraries. Open, because JMH runs generated classes
// by reflection; who only compares needs no JMH.
open module dev.gatun.benchmarks {
  requires dev.gatun.nn;
  requires info.picocli;
  requires java.management;
  requires java.net.http;
  requires jdk.httpserver;
  requires jdk.incubator.vector;
  requires static jmh.core;
  requires static transitive org.jspecify;

  exports dev.gatun.benchmarks.compare;
  exports dev.gatun.benchmarks.run;
}
