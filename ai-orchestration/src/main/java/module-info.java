/** One client for several large-model providers. */
module dev.gatun.ai {
  requires com.github.benmanes.caffeine;
  requires com.google.i18n.phonenumbers.libphonenumber;
  requires com.networknt.schema;
  requires com.squareup.moshi;
  requires kotlin.stdlib; // by Moshi and Okio, which are automatic modules and so cannot say it
  requires transitive okio;
  requires okhttp3;
  requires static io.opentelemetry.api;
  requires static io.opentelemetry.context;
  requires static micrometer.core;
  requires static transitive org.jspecify;
  requires static org.xerial.sqlitejdbc;
  requires static redis.clients.jedis;
  requires static java.sql;
  requires org.slf4j;

  exports dev.gatun.ai;
  exports dev.gatun.ai.cache;
  exports dev.gatun.ai.catalog;
  exports dev.gatun.ai.cost;
  exports dev.gatun.ai.error;
  exports dev.gatun.ai.json;
  exports dev.gatun.ai.limit;
  exports dev.gatun.ai.observe;
  exports dev.gatun.ai.privacy;
  exports dev.gatun.ai.provider;
  exports dev.gatun.ai.redis;
  exports dev.gatun.ai.routing;
  exports dev.gatun.ai.spi;

  uses dev.gatun.ai.spi.ProviderFactory;

  provides dev.gatun.ai.spi.ProviderFactory with
      dev.gatun.ai.provider.Factories.ForOpenAi,
      dev.gatun.ai.provider.Factories.ForAnthropic,
      dev.gatun.ai.provider.Factories.ForPerplexity,
      dev.gatun.ai.provider.Factories.ForGemini,
      dev.gatun.ai.provider.Factories.ForXAi,
      dev.gatun.ai.provider.Demo.Factory;
}
