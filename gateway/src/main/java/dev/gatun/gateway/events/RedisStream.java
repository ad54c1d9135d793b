package dev.gatun.gateway.events;

import dev.gatun.ai.redis.Redis;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import redis.clients.jedis.params.XAddParams;

/**
 * A stream of Redis, {@code gatun:events}, which consumers read by {@code XREAD} or in groups. It
 * keeps about the last 100,000 events.
 */
public final class RedisStream implements EventSink {
  /** The name of the stream. */
  public static final String NAME = "gatun:events";

  private static final long LENGTH = 100_000;
  private final Redis redis;

  /**
   * Connects when the first event is sent.
   *
   * @throws IllegalArgumentException when it is no address of a Redis server
   */
  public RedisStream(URI server) {
    redis = Redis.at(server);
  }

  @Override
  public void send(Event e) {
    redis.with(r ->
        r.xadd(
            NAME,
            XAddParams.xAddParams().maxLen(LENGTH).approximateTrimming(),
            Map.of(
                "id", e.id(),
                "type", e.type(),
                "tenant", e.tenant(),
                "time", Instant.ofEpochMilli(e.createdMillis()).toString(),
                "data", e.data().toString())));
  }

  @Override
  public void close() {
    redis.close();
  }
}
