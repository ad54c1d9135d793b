package dev.gatun.ai.redis;

import java.net.URI;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.util.JedisURIHelper;

/**
 * A Redis server and the connections to it. Thread-safe.
 *
 * <p>A server that did not answer within a second is away: then all but one call a second, which
 * looks whether it is back, fail at once.
 *
 * <p>Threads wait for a connection here and not in Jedis's pool: that one spins while another
 * thread opens a connection, and a spinning virtual thread keeps its processor from the very thread
 * it waits for.
 */
@SuppressWarnings("exports") // optional: only who uses this class needs the library
public final class Redis implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Redis.class);
  private static final int CONNECTIONS = 16;
  private static final int TIMEOUT_MILLIS = 1_000;
  private static final long RETRY_NANOS = 1_000_000_000L;

  private final UnifiedJedis client;
  private final Semaphore connections;
  private final boolean owned;
  private final AtomicBoolean away = new AtomicBoolean();
  private final AtomicLong next = new AtomicLong();

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
            .clientConfig(
                DefaultJedisClientConfig.builder(uri).timeoutMillis(TIMEOUT_MILLIS).build())
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
    boolean looks = mayAsk();
    connections.acquireUninterruptibly();
    try {
      // While this waited others may have found that it is away.
      if (!looks && away.get()) {
        throw isAway();
      }
      T result = work.apply(client);
      if (away.getAndSet(false)) {
        LOG.info("Redis answers again");
      }
      return result;
    } catch (JedisConnectionException e) {
      lost(e);
      throw e;
    } finally {
      connections.release();
    }
  }

  /** Whether this call looks if a server that was away is back. */
  private boolean mayAsk() {
    if (!away.get()) {
      return false;
    }
    long due = next.get();
    long now = System.nanoTime();
    if (now - due < 0 || !next.compareAndSet(due, now + RETRY_NANOS)) {
      throw isAway();
    }
    return true;
  }

  private static JedisConnectionException isAway() {
    return new JedisConnectionException("Redis did not answer a moment ago");
  }

  private void lost(JedisConnectionException e) {
    if (away.get()) {
      return;
    }
    next.set(System.nanoTime() + RETRY_NANOS);
    if (!away.getAndSet(true)) {
      LOG.warn("Redis does not answer: {}", e.getMessage());
      if (client instanceof RedisClient pooled) {
        // Connections of before are of no use to whoever looks next.
        pooled.getPool().clear();
      }
    }
  }

  @Override
  public void close() {
    if (owned) {
      client.close();
    }
  }
}
