/** The REST service. */
module dev.gatun.gateway {
  requires com.networknt.schema;
  requires com.nimbusds.jose.jwt;
  requires transitive dev.gatun.ai;
  requires com.zaxxer.hikari;
  requires de.siegmar.fastcsv;
  requires dev.gatun.nn;
  requires flyway.core;
  requires io.helidon.common.configurable;
  requires io.helidon.common.pki;
  requires io.helidon.common.tls;
  requires io.helidon.http;
  requires io.helidon.webserver;
  requires transitive io.opentelemetry.api;
  requires transitive io.opentelemetry.context;
  requires kotlin.stdlib; // by OkHttp and Okio
  requires micrometer.core;
  requires okhttp3;
  requires org.apache.commons.pool2; // by Jedis, an automatic module
  requires transitive micrometer.registry.prometheus;
  requires transitive java.sql;
  requires static org.jspecify;
  requires org.slf4j;
  requires org.xerial.sqlitejdbc;
  requires redis.clients.jedis;
  requires software.amazon.awssdk.auth;
  requires software.amazon.awssdk.core;
  requires software.amazon.awssdk.http;
  requires software.amazon.awssdk.http.urlconnection;
  requires software.amazon.awssdk.regions;
  requires software.amazon.awssdk.services.s3;

  exports dev.gatun.gateway;
  exports dev.gatun.gateway.auth;
  exports dev.gatun.gateway.compute;
  exports dev.gatun.gateway.events;
  exports dev.gatun.gateway.files;
  exports dev.gatun.gateway.http;
  exports dev.gatun.gateway.jobs;
  exports dev.gatun.gateway.limit;
  exports dev.gatun.gateway.local;
  exports dev.gatun.gateway.observe;
  exports dev.gatun.gateway.state;
}
