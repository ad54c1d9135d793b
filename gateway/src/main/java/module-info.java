/** The REST service. */
module dev.gatun.gateway {
  requires transitive dev.gatun.ai;
  requires com.zaxxer.hikari;
  requires flyway.core;
  requires io.helidon.http;
  requires io.helidon.webserver;
  requires micrometer.core;
  requires transitive micrometer.registry.prometheus;
  requires transitive java.sql;
  requires static org.jspecify;
  requires org.slf4j;
  requires org.xerial.sqlitejdbc;

  exports dev.gatun.gateway;
  exports dev.gatun.gateway.auth;
  exports dev.gatun.gateway.http;
  exports dev.gatun.gateway.jobs;
  exports dev.gatun.gateway.observe;
  exports dev.gatun.gateway.state;
}
