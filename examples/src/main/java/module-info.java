/** Example programs, and the command line that runs them. */
module dev.gatun.examples {
  requires ch.qos.logback.classic;
  requires ch.qos.logback.core;
  requires com.squareup.moshi;
  requires dev.gatun.ai;
  requires dev.gatun.ai.testkit;
  requires dev.gatun.benchmarks;
  requires dev.gatun.gateway;
  requires io.opentelemetry.sdk;
  requires io.opentelemetry.sdk.autoconfigure;
  requires io.opentelemetry.sdk.autoconfigure.spi;
  requires java.logging;
  requires jdk.unsupported; // SIGHUP, by JLine
  requires jul.to.slf4j;
  requires org.jline.terminal;
  requires transitive dev.gatun.nn;
  requires info.picocli;
  requires java.desktop;
  requires me.tongfei.progressbar;
  requires static org.jspecify;
  requires org.slf4j;
  requires xchart;

  exports dev.gatun.examples.conformance;
  exports dev.gatun.examples.conformance.families;

  opens dev.gatun.examples to
      info.picocli;
  opens dev.gatun.examples.ai to
      info.picocli;
  opens dev.gatun.examples.gateway to
      ch.qos.logback.core,
      info.picocli;
  opens dev.gatun.examples.gpt to
      info.picocli;
  opens dev.gatun.examples.mnist to
      info.picocli;
}
