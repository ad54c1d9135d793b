package dev.gatun.gateway.idempotency;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.state.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Answers by tenant and key in the database. Thread-safe. */
final class AnswerStore {
  private final Database database;
  private final String now;

  AnswerStore(Database database) {
    this.database = database;
    now = database.dialect().now();
  }

  /** What a key stands for. */
  sealed interface Found {
    /**
     * Nothing until now: the caller answers.
     *
     * @param workId of the first attempt at this request
     */
    record Reserved(String workId) implements Found {}

    /** Another request is being answered. */
    record InFlight() implements Found {}

    /** It was another request's. */
    record OtherRequest() implements Found {}

    /** This was answered. */
    record Answered(StoredAnswer answer) implements Found {}
  }

  /**
   * Takes a key for a request, or says whose it is. One that its owner gave back, or left for dead,
   * is free, and what the owner may have begun for the same request keeps its id.
   */
  Found reserve(
      String tenant, String key, String fingerprint, String owner, Duration lease, Duration keep) {
    return database.write(c -> {
      try (PreparedStatement s =
          c.prepareStatement(
              """
              INSERT INTO idempotency
                (tenant, request_key, fingerprint, owner, work_id, lease_until, created_at)
              VALUES (?, ?, ?, ?, ?, %1$s + ?, %1$s)
              ON CONFLICT (tenant, request_key) DO UPDATE SET
                work_id = CASE
                  WHEN idempotency.status IS NULL
                    AND idempotency.fingerprint = excluded.fingerprint
                  THEN COALESCE(idempotency.work_id, excluded.work_id)
                  ELSE excluded.work_id END,
                fingerprint = excluded.fingerprint,
                owner = excluded.owner,
                lease_until = excluded.lease_until,
                created_at = excluded.created_at,
                status = NULL, headers = NULL, content_type = NULL, body = NULL
              WHERE (idempotency.status IS NULL AND idempotency.lease_until < %1$s)
                OR idempotency.created_at < %1$s - ?
              RETURNING work_id\
              """
                  .formatted(now))) {
        s.setString(1, tenant);
        s.setString(2, key);
        s.setString(3, fingerprint);
        s.setString(4, owner);
        s.setString(5, owner);
        s.setLong(6, lease.toMillis());
        s.setLong(7, keep.toMillis());
        ResultSet r = s.executeQuery();
        return r.next() ? new Found.Reserved(r.getString(1)) : found(c, tenant, key, fingerprint);
      }
    });
  }

  private static Found found(Connection c, String tenant, String key, String fingerprint)
      throws SQLException {
    try (PreparedStatement s =
        c.prepareStatement("SELECT * FROM idempotency WHERE tenant = ? AND request_key = ?")) {
      s.setString(1, tenant);
      s.setString(2, key);
      ResultSet r = s.executeQuery();
      if (!r.next()) {
        return new Found.InFlight();
      }
      if (!r.getString("fingerprint").equals(fingerprint)) {
        return new Found.OtherRequest();
      }
      int status = r.getInt("status");
      if (r.wasNull()) {
        return new Found.InFlight();
      }
      Map<String, String> headers = new LinkedHashMap<>();
      ((Json.Obj) Json.parse(r.getString("headers")))
          .members()
          .forEach((name, v) -> headers.put(name, ((Json.Str) v).value()));
      return new Found.Answered(
          new StoredAnswer(status, headers, r.getString("content_type"), r.getBytes("body")));
    }
  }

  void renew(String owner, Duration lease) {
    database.write(c -> {
      try (PreparedStatement s =
          c.prepareStatement(
              "UPDATE idempotency SET lease_until = "
                  + now
                  + " + ? WHERE owner = ? AND status IS NULL")) {
        s.setLong(1, lease.toMillis());
        s.setString(2, owner);
        return s.executeUpdate();
      }
    });
  }

  void store(String tenant, String key, String owner, StoredAnswer answer) {
    Json.ObjectBuilder headers = Json.object();
    answer.headers().forEach(headers::put);
    database.write(c -> {
      try (PreparedStatement s =
          c.prepareStatement(
              "UPDATE idempotency SET status = ?, headers = ?, content_type = ?, body = ?"
                  + " WHERE tenant = ? AND request_key = ? AND owner = ?")) {
        s.setInt(1, answer.status());
        s.setString(2, headers.build().toString());
        s.setString(3, answer.contentType());
        s.setBytes(4, answer.body());
        s.setString(5, tenant);
        s.setString(6, key);
        s.setString(7, owner);
        return s.executeUpdate();
      }
    });
  }

  /** Gives a key back: the same request goes on with its work, another begins anew. */
  void release(String tenant, String key, String owner) {
    database.write(c -> {
      try (PreparedStatement s =
          c.prepareStatement(
              "UPDATE idempotency SET lease_until = 0"
                  + " WHERE tenant = ? AND request_key = ? AND owner = ? AND status IS NULL")) {
        s.setString(1, tenant);
        s.setString(2, key);
        s.setString(3, owner);
        return s.executeUpdate();
      }
    });
  }

  /** Deletes what is older, and of each tenant's that are not in use all but the latest. */
  int prune(Duration keep, int perTenant) {
    return database.write(c -> {
      try (PreparedStatement s =
          c.prepareStatement(
              """
              DELETE FROM idempotency WHERE created_at < %1$s - ?
                OR ((status IS NOT NULL OR lease_until < %1$s) AND (tenant, request_key) IN (
                  SELECT tenant, request_key FROM (
                    SELECT tenant, request_key, ROW_NUMBER()
                      OVER (PARTITION BY tenant ORDER BY created_at DESC, request_key) AS place
                    FROM idempotency) AS placed
                  WHERE place > ?))\
              """
                  .formatted(now))) {
        s.setLong(1, keep.toMillis());
        s.setInt(2, perTenant);
        return s.executeUpdate();
      }
    });
  }
}
