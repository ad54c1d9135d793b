package dev.gatun.gateway.events;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.state.Database;
import dev.gatun.gateway.state.Ids;
import dev.gatun.gateway.state.StateUnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events in the database until the queue has them: one that is written in the transaction of what
 * it tells of is sent at least once, whatever dies in between. Without a queue nothing is written.
 * Thread-safe.
 */
public final class Outbox implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration KEEP = Duration.ofDays(7);
  private static final Duration QUIET = Duration.ofMinutes(1);
  private static final int BATCH = 50;

  private final Database database;
  private final String now;
  private final Optional<EventSink> sink;
  private final Map<String, Long> told = new ConcurrentHashMap<>();
  private final @Nullable Thread sender;

  /**
   * Begins to send.
   *
   * @param sink the queue, which is closed with this
   */
  public Outbox(Database database, Optional<EventSink> sink) {
    this.database = database;
    this.sink = sink;
    now = database.dialect().now();
    sender =
        sink.isPresent()
            ? Thread.ofVirtual().name("gatun-events").start(() -> send(sink.get()))
            : null;
  }

  /** Writes an event in the caller's transaction. */
  public void write(Connection c, String type, String tenant, Json.Obj data) throws SQLException {
    if (sink.isEmpty()) {
      return;
    }
    try (PreparedStatement s =
        c.prepareStatement(
            "INSERT INTO outbox (id, type, tenant, data, created_at) VALUES (?, ?, ?, ?, "
                + now
                + ")")) {
      s.setString(1, Ids.next());
      s.setString(2, type);
      s.setString(3, tenant);
      s.setString(4, data.toString());
      s.executeUpdate();
    }
  }

  /**
   * Tells of something that is in no transaction of its own. While the database cannot be reached
   * it is logged and not told. Never fails.
   */
  public void tell(String type, String tenant, Json.Obj data) {
    if (sink.isEmpty()) {
      return;
    }
    try {
      database.write(c -> {
        write(c, type, tenant, data);
        return true;
      });
    } catch (StateUnavailableException e) {
      LOG.warn("{} is not told: {}", type, e.getMessage());
    }
  }

  /** Tells that a tenant's budget is exceeded, once a minute at most. Never fails. */
  public void budgetExceeded(String tenant, String detail) {
    long time = System.nanoTime();
    Long last = told.get(tenant);
    if (sink.isEmpty() || (last != null && time - last < QUIET.toNanos())) {
      return;
    }
    told.put(tenant, time);
    tell("budget.exceeded", tenant, Json.object("detail", Json.of(detail)));
  }

  private void send(EventSink to) {
    boolean reachable = true;
    try {
      while (true) {
        Thread.sleep(POLL);
        List<Event> taken = List.of();
        try {
          taken = take();
          for (Event e : taken) {
            to.send(e);
            delete(e);
          }
          reachable = true;
        } catch (StateUnavailableException e) {
          LOG.debug("No events are sent: {}", e.getMessage());
        } catch (RuntimeException e) {
          if (Thread.currentThread().isInterrupted()) {
            return;
          }
          if (reachable) {
            LOG.warn("The queue of events cannot be reached: {}", e.getMessage());
          }
          reachable = false;
          giveBack(taken);
        }
      }
    } catch (InterruptedException _) {
      // Closed.
    }
  }

  private List<Event> take() {
    String sql =
        """
        UPDATE outbox SET taken_until = %1$s + ?
        WHERE id IN (
          SELECT id FROM outbox WHERE taken_until < %1$s ORDER BY id LIMIT ?%2$s)
        RETURNING *\
        """
            .formatted(now, database.dialect().skipLocked());
    List<Event> events =
        database.write(c -> {
          try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, LEASE.toMillis());
            s.setInt(2, BATCH);
            ResultSet r = s.executeQuery();
            List<Event> found = new ArrayList<>();
            while (r.next()) {
              found.add(
                  new Event(
                      r.getString("id"),
                      r.getString("type"),
                      r.getString("tenant"),
                      (Json.Obj) Json.parse(r.getString("data")),
                      r.getLong("created_at")));
            }
            return found;
          }
        });
    return events.stream().sorted(Comparator.comparing(Event::id)).toList();
  }

  private void delete(Event e) {
    database.write(c -> {
      try (PreparedStatement s = c.prepareStatement("DELETE FROM outbox WHERE id = ?")) {
        s.setString(1, e.id());
        return s.executeUpdate();
      }
    });
  }

  /** Those that were not sent may be tried again at once, unless they are too old. */
  private void giveBack(List<Event> events) {
    try {
      database.write(c -> {
        for (Event e : events) {
          try (PreparedStatement s =
              c.prepareStatement("UPDATE outbox SET taken_until = 0 WHERE id = ?")) {
            s.setString(1, e.id());
            s.executeUpdate();
          }
        }
        try (PreparedStatement s =
            c.prepareStatement("DELETE FROM outbox WHERE created_at < " + now + " - ?")) {
          s.setLong(1, KEEP.toMillis());
          return s.executeUpdate();
        }
      });
    } catch (StateUnavailableException e) {
      LOG.debug("Events wait for their lease to run out: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    if (sender != null) {
      sender.interrupt();
    }
    sink.ifPresent(EventSink::close);
  }
}
