package dev.gatun.gateway.jobs;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.events.Outbox;
import dev.gatun.gateway.state.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Jobs in the database. Everything that a worker writes asks for its fence: the number that its
 * claim gave it, which grows with each claim, so that a worker that was taken for dead changes
 * nothing. Thread-safe.
 */
final class JobStore {
  /** How many events of a job are kept; the oldest go first. */
  static final int MAX_EVENTS = 2_000;

  private final Database database;
  private final Outbox events;
  private final String now;

  JobStore(Database database, Outbox events) {
    this.database = database;
    this.events = events;
    now = database.dialect().now();
  }

  /** What became of a lease. */
  record Lease(boolean held, boolean cancelAsked) {}

  /** Adds a job, unless there is one of this id. */
  void submit(String id, String tenant, String kind, Json.Obj payload) {
    update(
        "INSERT INTO jobs (id, tenant, kind, status, payload, created_at)"
            + " VALUES (?, ?, ?, 'queued', ?, "
            + now
            + ") ON CONFLICT (id) DO NOTHING",
        id,
        tenant,
        kind,
        Json.write(payload));
  }

  /** How many of a tenant's jobs have not ended. */
  int open(String tenant) {
    return database.read(c -> {
      try (PreparedStatement s =
          prepare(
              c,
              "SELECT COUNT(*) FROM jobs WHERE tenant = ? AND status IN ('queued', 'running')",
              tenant)) {
        ResultSet r = s.executeQuery();
        r.next();
        return r.getInt(1);
      }
    });
  }

  Optional<Job> find(String tenant, String id) {
    return jobs("SELECT * FROM jobs WHERE tenant = ? AND id = ?", tenant, id).stream().findFirst();
  }

  /** The newest first, older than a job if one is given. */
  List<Job> list(
      String tenant,
      Optional<JobStatus> status,
      Optional<String> kind,
      Optional<String> before,
      int limit) {
    List<Object> arguments = new ArrayList<>(List.of(tenant));
    StringBuilder sql = new StringBuilder("SELECT * FROM jobs WHERE tenant = ?");
    status.ifPresent(s -> {
      sql.append(" AND status = ?");
      arguments.add(s.label());
    });
    kind.ifPresent(k -> {
      sql.append(" AND kind = ?");
      arguments.add(k);
    });
    before.ifPresent(b -> {
      sql.append(" AND id < ?");
      arguments.add(b);
    });
    sql.append(" ORDER BY id DESC LIMIT ?");
    arguments.add(limit);
    return jobs(sql.toString(), arguments.toArray());
  }

  /**
   * Takes the oldest job that waits, or whose worker has let its lease run out.
   *
   * @param own what the caller does already: an outage may have kept it from renewing those leases
   */
  Optional<Job> claim(Collection<String> kinds, Collection<String> own, Duration lease) {
    List<Object> arguments = new ArrayList<>(List.of(lease.toMillis()));
    arguments.addAll(kinds);
    arguments.addAll(own);
    String sql =
        """
        UPDATE jobs SET
          status = 'running',
          fence = fence + 1,
          takeovers = takeovers + CASE WHEN status = 'running' THEN 1 ELSE 0 END,
          possibly_billed = CASE WHEN paying = 1 THEN 1 ELSE possibly_billed END,
          paying = 0,
          lease_until = %1$s + ?,
          started_at = COALESCE(started_at, %1$s)
        WHERE id = (
          SELECT id FROM jobs
          WHERE kind IN (%2$s)
            AND (status = 'queued' OR (status = 'running' AND lease_until < %1$s))
            %4$s
          ORDER BY created_at LIMIT 1%3$s)
        RETURNING *\
        """
            .formatted(
                now,
                marks(kinds.size()),
                database.dialect().skipLocked(),
                own.isEmpty() ? "" : "AND id NOT IN (" + marks(own.size()) + ")");
    return database.write(c -> query(c, sql, arguments.toArray())).stream().findFirst();
  }

  private static String marks(int count) {
    return String.join(", ", Collections.nCopies(count, "?"));
  }

  Lease renew(String id, long fence, Duration lease) {
    return database.write(c -> {
      try (PreparedStatement s =
          prepare(
              c,
              "UPDATE jobs SET lease_until = "
                  + now
                  + " + ? WHERE id = ? AND fence = ? AND status = 'running'"
                  + " RETURNING cancel_asked",
              lease.toMillis(),
              id,
              fence)) {
        ResultSet r = s.executeQuery();
        return r.next() ? new Lease(true, r.getInt(1) != 0) : new Lease(false, false);
      }
    });
  }

  boolean progress(String id, long fence, Json.Obj data) {
    String text = Json.write(data);
    return database.write(c -> {
      long number =
          number(
              c,
              "UPDATE jobs SET progress = ?, last_event = last_event + 1"
                  + " WHERE id = ? AND fence = ? AND status = 'running' RETURNING last_event",
              text,
              id,
              fence);
      if (number < 0) {
        return false;
      }
      event(c, id, number, "progress", text);
      return true;
    });
  }

  boolean save(String id, long fence, Json.Obj checkpoint) {
    return update(
            "UPDATE jobs SET checkpoint = ?, paying = 0"
                + " WHERE id = ? AND fence = ? AND status = 'running'",
            Json.write(checkpoint),
            id,
            fence)
        > 0;
  }

  boolean paying(String id, long fence) {
    return update(
            "UPDATE jobs SET paying = 1 WHERE id = ? AND fence = ? AND status = 'running'",
            id,
            fence)
        > 0;
  }

  /** Ends a job, and tells so in an event. */
  boolean finish(
      String id,
      long fence,
      JobStatus status,
      Optional<Json.Obj> result,
      Optional<Json.Obj> error) {
    return database.write(c -> {
      List<Job> ended =
          query(
              c,
              "UPDATE jobs SET status = ?, result = ?, error = ?, lease_until = NULL, paying = 0,"
                  + " last_event = last_event + 1, finished_at = "
                  + now
                  + " WHERE id = ? AND fence = ? AND status = 'running' RETURNING *",
              status.label(),
              result.map(Json::write).orElse(null),
              error.map(Json::write).orElse(null),
              id,
              fence);
      for (Job job : ended) {
        lastEvent(c, job);
      }
      return !ended.isEmpty();
    });
  }

  /** Gives a job back, for another instance to go on with it. */
  boolean release(String id, long fence) {
    return update(
            "UPDATE jobs SET status = 'queued', lease_until = NULL"
                + " WHERE id = ? AND fence = ? AND status = 'running'",
            id,
            fence)
        > 0;
  }

  /**
   * Asks to cancel a job: one that waits ends at once, one that runs when its worker has noticed.
   *
   * @return the job then; empty when there is none
   */
  Optional<Job> cancel(String tenant, String id) {
    database.write(c -> {
      for (Job job :
          query(
              c,
              "UPDATE jobs SET status = 'cancelled', cancel_asked = 1,"
                  + " last_event = last_event + 1, finished_at = "
                  + now
                  + " WHERE tenant = ? AND id = ? AND status = 'queued' RETURNING *",
              tenant,
              id)) {
        lastEvent(c, job);
      }
      try (PreparedStatement s =
          prepare(
              c,
              "UPDATE jobs SET cancel_asked = 1 WHERE tenant = ? AND id = ? AND status = 'running'",
              tenant,
              id)) {
        return s.executeUpdate();
      }
    });
    return find(tenant, id);
  }

  List<JobEvent> events(String id, long after, int limit) {
    return database.read(c -> {
      try (PreparedStatement s =
          prepare(
              c,
              "SELECT number, name, data FROM job_events WHERE job_id = ? AND number > ?"
                  + " ORDER BY number LIMIT ?",
              id,
              after,
              limit)) {
        ResultSet r = s.executeQuery();
        List<JobEvent> events = new ArrayList<>();
        while (r.next()) {
          events.add(new JobEvent(r.getLong(1), r.getString(2), r.getString(3)));
        }
        return events;
      }
    });
  }

  /** Deletes jobs that ended longer ago. */
  int prune(Duration age) {
    return update(
        "DELETE FROM jobs WHERE status IN ('succeeded', 'failed', 'cancelled') AND finished_at < "
            + now
            + " - ?",
        age.toMillis());
  }

  private void lastEvent(Connection c, Job job) throws SQLException {
    long number = number(c, "SELECT last_event FROM jobs WHERE id = ?", job.id());
    event(c, job.id(), number, job.status().label(), Json.write(job.summary()));
    events.write(c, "job." + job.status().label(), job.tenant(), job.summary());
  }

  private void event(Connection c, String id, long number, String name, String data)
      throws SQLException {
    try (PreparedStatement s =
        prepare(c, "INSERT INTO job_events VALUES (?, ?, ?, ?)", id, number, name, data)) {
      s.executeUpdate();
    }
    if (number % 100 == 0) {
      try (PreparedStatement s =
          prepare(
              c,
              "DELETE FROM job_events WHERE job_id = ? AND number <= ?",
              id,
              number - MAX_EVENTS)) {
        s.executeUpdate();
      }
    }
  }

  private static long number(Connection c, String sql, Object... arguments) throws SQLException {
    try (PreparedStatement s = prepare(c, sql, arguments)) {
      ResultSet r = s.executeQuery();
      return r.next() ? r.getLong(1) : -1;
    }
  }

  private int update(String sql, @Nullable Object... arguments) {
    return database.write(c -> {
      try (PreparedStatement s = prepare(c, sql, arguments)) {
        return s.executeUpdate();
      }
    });
  }

  private List<Job> jobs(String sql, Object... arguments) {
    return database.read(c -> query(c, sql, arguments));
  }

  private static List<Job> query(Connection c, String sql, @Nullable Object... arguments)
      throws SQLException {
    try (PreparedStatement s = prepare(c, sql, arguments)) {
      ResultSet r = s.executeQuery();
      List<Job> jobs = new ArrayList<>();
      while (r.next()) {
        jobs.add(job(r));
      }
      return jobs;
    }
  }

  private static PreparedStatement prepare(Connection c, String sql, @Nullable Object... arguments)
      throws SQLException {
    PreparedStatement s = c.prepareStatement(sql);
    try {
      for (int i = 0; i < arguments.length; i++) {
        s.setObject(i + 1, arguments[i]);
      }
      return s;
    } catch (SQLException e) {
      s.close();
      throw e;
    }
  }

  private static Job job(ResultSet r) throws SQLException {
    return new Job(
        r.getString("id"),
        r.getString("tenant"),
        r.getString("kind"),
        JobStatus.of(r.getString("status")).orElseThrow(),
        json(r, "payload").orElseThrow(),
        json(r, "progress"),
        json(r, "checkpoint"),
        json(r, "result"),
        json(r, "error"),
        r.getLong("fence"),
        r.getInt("takeovers"),
        r.getInt("cancel_asked") != 0,
        r.getInt("possibly_billed") != 0,
        time(r, "created_at").orElseThrow(),
        time(r, "started_at"),
        time(r, "finished_at"));
  }

  private static Optional<Json.Obj> json(ResultSet r, String column) throws SQLException {
    return Optional.ofNullable(r.getString(column)).map(t -> (Json.Obj) Json.parse(t));
  }

  private static Optional<Instant> time(ResultSet r, String column) throws SQLException {
    long millis = r.getLong(column);
    return r.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }
}
