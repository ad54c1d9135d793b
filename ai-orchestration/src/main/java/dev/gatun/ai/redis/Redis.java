package dev.gatun.ai.redis;

import java.net.URI;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.util.JedisURIHelper;

/**
 * A Redis server and the connections to it. Thread-safe.
 *
 * <p>Threads wait for a connection here and not in Jedis's pool: that one spins while another
 * thread opens a connection, and a spinning virtual thread keeps its processor from the very thread
 * it waits for.
 */
@SuppressWarnings("exports") // optional: only who uses this class needs the library
public final class Redis implements AutoCloseable {
  private static final int CONNECTIONS = 16;

  private final UnifiedJedis client;
  private final Semaphore connections;
  private final boolean owned;

  private Redis(UnifiedJedis client, int connections, boolean owned) {
    this.client = client;
    this.connections = new Semaphore(connections);
    this.owned = owned;
  }

  /**
   * Connects when first used.
   *
   * @param uri such as {@code redis://localhost:6379} or {@code rediss://user:password@host:port/0}
   * @throws IllegalArgumentException when it has no host or no port
   */
  public static Redis at(URI uri) {
    if (!JedisURIHelper.isValid(uri)) {
      throw new IllegalArgumentException(
          "A Redis address has a host and a port, such as redis://localhost:6379");
    }
    ConnectionPoolConfig pool = new ConnectionPoolConfig();
    pool.setMaxTotal(CONNECTIONS);
    pool.setMaxIdle(CONNECTIONS);
    RedisClient client =
        RedisClient.builder()
            .hostAndPort(JedisURIHelper.getHostAndPort(uri))
            .clientConfig(DefaultJedisClientConfig.builder(uri).build())
            .poolConfig(pool)
            .build();
    return new Redis(client, CONNECTIONS, true);
  }

  /**
   * Uses a client of the caller's, who closes it.
   *
   * @param client not used by others while all its connections are needed here
   * @param connections the size of its pool, or less
   */
  @SuppressWarnings("exports") // optional: who calls this has Jedis
  public static Redis of(UnifiedJedis client, int connections) {
    return new Redis(client, connections, false);
  }

  /**
   * Does something with a connection.
   *
   * @throws redis.clients.jedis.exceptions.JedisException when the server does not answer, or
   *     answers with an error
   */
  @SuppressWarnings("exports") // optional: who calls this has Jedis
  public <T> T with(Function<UnifiedJedis, T> work) {
    connections.acquireUninterruptibly();
    try {
      return work.apply(client);
    } finally {
      connections.release();
    }
  }

  @Override
  public void close() {
    if (owned) {
      client.close();
    }
  }
}
