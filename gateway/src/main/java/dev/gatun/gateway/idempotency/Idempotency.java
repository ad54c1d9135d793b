package dev.gatun.gateway.idempotency;

import dev.gatun.gateway.auth.Principal;
import dev.gatun.gateway.http.Endpoint;
import dev.gatun.gateway.http.Exchange;
import dev.gatun.gateway.http.Problem;
import dev.gatun.gateway.state.Database;
import dev.gatun.gateway.state.Ids;
import dev.gatun.gateway.state.StateUnavailableException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code Idempotency-Key}: a request that is sent again with its key gets the answer that was
 * given, streams included, and nothing is done twice. Keys are a tenant's own and last a day. Only
 * answers that were finished and succeeded are kept: after anything else the request may be tried
 * again. Thread-safe.
 */
public final class Idempotency implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Idempotency.class);
  private static final Duration KEEP = Duration.ofHours(24);
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration PRUNE = Duration.ofMinutes(5);
  private static final int PER_TENANT = 10_000;
  private static final int MAX_BYTES = 4 << 20;

  private final AnswerStore store;
  private final Set<String> owners = ConcurrentHashMap.newKeySet();
  private final Queue<Hold> unreleased = new ConcurrentLinkedQueue<>();
  private final Thread keeper;

  /** Keeps answers in a database. */
  public Idempotency(Database database) {
    store = new AnswerStore(database);
    keeper = Thread.ofVirtual().name("gatun-idempotency").start(this::keep);
  }

  /** An endpoint that heeds the header. */
  public Endpoint wrap(Endpoint endpoint) {
    return (exchange, principal) -> {
      Optional<String> key = exchange.header("idempotency-key");
      if (key.isEmpty()) {
        endpoint.handle(exchange, principal);
      } else {
        handle(endpoint, exchange, principal, key.get());
      }
    };
  }

  private void handle(Endpoint endpoint, Exchange exchange, Principal principal, String key) {
    if (!key.matches("[\\x21-\\x7e]{1,255}")) {
      throw Problem.of(
          400,
          "invalid-request",
          "Idempotency-Key must have 1 to 255 printable ASCII characters without spaces");
    }
    String tenant = principal.tenant();
    String owner = Ids.next();
    switch (store.reserve(tenant, key, fingerprint(exchange), owner, LEASE, KEEP)) {
      case AnswerStore.Found.Answered a -> replay(exchange, a.answer());
      case AnswerStore.Found.InFlight _ ->
          throw Problem.of(
                  409,
                  "request-in-flight",
                  "A request with this Idempotency-Key is still being answered")
              .retryAfter(Optional.of(Duration.ofSeconds(1)));
      case AnswerStore.Found.OtherRequest _ ->
          throw Problem.of(
              422,
              "idempotency-key-reused",
              "This Idempotency-Key was used with another request: use a new one");
      case AnswerStore.Found.Reserved r ->
          answer(endpoint, exchange, principal, new Hold(tenant, key, owner, r.workId()));
    }
  }

  /** A key that this request has, for as long as it is being answered. */
  private record Hold(String tenant, String key, String owner, String workId) {}

  private void answer(Endpoint endpoint, Exchange exchange, Principal principal, Hold hold) {
    owners.add(hold.owner());
    boolean[] stored = {false};
    RecordingExchange recording =
        new RecordingExchange(exchange, hold.workId(), MAX_BYTES, a -> stored[0] = store(hold, a));
    try {
      try {
        endpoint.handle(recording, principal);
      } catch (RuntimeException e) {
        recording.failed();
        throw e;
      }
      recording.returned();
    } finally {
      owners.remove(hold.owner());
      if (!stored[0]) {
        release(hold);
      }
    }
  }

  private boolean store(Hold hold, StoredAnswer answer) {
    try {
      store.store(hold.tenant(), hold.key(), hold.owner(), answer);
      return true;
    } catch (StateUnavailableException e) {
      // What was paid for is not withheld for that.
      LOG.warn("An answer is not kept for its Idempotency-Key: {}", e.getMessage());
      return false;
    }
  }

  private void release(Hold hold) {
    // The client's leave may have interrupted this thread.
    boolean interrupted = Thread.interrupted();
    try {
      store.release(hold.tenant(), hold.key(), hold.owner());
    } catch (StateUnavailableException e) {
      LOG.debug("An Idempotency-Key is given back later: {}", e.getMessage());
      unreleased.add(hold);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void replay(Exchange exchange, StoredAnswer answer) {
    answer.headers().forEach(exchange::setHeader);
    exchange.setHeader("Idempotency-Replayed", "true");
    exchange.send(answer.status(), answer.contentType(), answer.body());
  }

  private static String fingerprint(Exchange exchange) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(
          (exchange.method() + ' ' + exchange.path() + '\n').getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest(exchange.body()));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every JDK has SHA-256", e);
    }
  }

  private void keep() {
    long pruned = System.nanoTime();
    long renewed = pruned;
    try {
      while (true) {
        Thread.sleep(TICK);
        try {
          for (Hold hold = unreleased.peek(); hold != null; hold = unreleased.peek()) {
            store.release(hold.tenant(), hold.key(), hold.owner());
            unreleased.remove();
          }
          if (System.nanoTime() - renewed > LEASE.dividedBy(3).toNanos()) {
            owners.forEach(o -> store.renew(o, LEASE));
            renewed = System.nanoTime();
          }
          if (System.nanoTime() - pruned > PRUNE.toNanos()) {
            store.prune(KEEP, PER_TENANT);
            pruned = System.nanoTime();
          }
        } catch (StateUnavailableException e) {
          LOG.debug("Leases of Idempotency-Keys are not renewed: {}", e.getMessage());
        } catch (RuntimeException e) {
          LOG.error("Leases of Idempotency-Keys are not renewed", e);
        }
      }
    } catch (InterruptedException _) {
      // Closed.
    }
  }

  @Override
  public void close() {
    keeper.interrupt();
  }
}
