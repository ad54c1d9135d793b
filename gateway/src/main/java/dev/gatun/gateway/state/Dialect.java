package dev.gatun.gateway.state;

/** In what the SQL of the two databases differs. */
public enum Dialect {
  /** A file on this machine. */
  SQLITE("CAST(unixepoch('subsec') * 1000 AS INTEGER)", "", "BLOB"),
  /** A server for several instances. */
  POSTGRESQL(
      "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
      " FOR UPDATE SKIP LOCKED",
      "BYTEA");

  private final String now;
  private final String skipLocked;
  private final String bytes;

  Dialect(String now, String skipLocked, String bytes) {
    this.now = now;
    this.skipLocked = skipLocked;
    this.bytes = bytes;
  }

  /** The database's clock, in milliseconds since 1970: instances need not agree on the time. */
  public String now() {
    return now;
  }

  /**
   * What ends a query whose rows this transaction takes and others pass over. SQLite has one writer
   * at a time and needs nothing.
   */
  public String skipLocked() {
    return skipLocked;
  }

  String bytes() {
    return bytes;
  }
}
