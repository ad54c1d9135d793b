/** The REST service. */
module dev.gatun.gateway {
  requires transitive dev.gatun.ai;
  requires io.helidon.http;
  requires io.helidon.webserver;
  requires micrometer.core;
  requires transitive micrometer.registry.prometheus;
  requires static org.jspecify;
  requires org.slf4j;

  exports dev.gatun.gateway;
  exports dev.gatun.gateway.auth;
  exports dev.gatun.gateway.http;
  exports dev.gatun.gateway.observe;
}
