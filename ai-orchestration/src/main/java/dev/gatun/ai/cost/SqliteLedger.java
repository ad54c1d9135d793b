package dev.gatun.ai.cost;

import dev.gatun.ai.Attempt;
import dev.gatun.ai.Cost;
import dev.gatun.ai.Usage;
import dev.gatun.ai.Usd;
import dev.gatun.ai.sqlite.SqliteFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every attempt, in a SQLite file. One thread writes, many entries in a transaction, so that calls
 * do not wait for the disk; {@link #close} and {@link #report} wait for what is still in the queue.
 * Thread-safe.
 */
public final class SqliteLedger implements UsageLedger {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteLedger.class);
  private static final int BATCH = 512;
  private static final int QUEUE = 65_536;

  private sealed interface Job {
    record Write(Entry entry) implements Job {}

    record Flush(CountDownLatch done) implements Job {}

    record Stop() implements Job {}
  }

  private final SqliteFile file;
  private final LinkedBlockingQueue<Job> queue = new LinkedBlockingQueue<>(QUEUE);
  private final Thread writer;
  private boolean closed;

  /**
   * Opens or creates a ledger.
   *
   * @param path the file
   * @throws UncheckedIOException when the file is no database or cannot be written
   */
  public SqliteLedger(Path path) {
    file =
        new SqliteFile(
            path,
            "CREATE TABLE IF NOT EXISTS attempt (at INTEGER NOT NULL, day TEXT NOT NULL, call TEXT"
                + " NOT NULL, tenant TEXT NOT NULL, task TEXT NOT NULL, model TEXT NOT NULL, key"
                + " TEXT NOT NULL, outcome TEXT NOT NULL, took INTEGER NOT NULL, input INTEGER NOT"
                + " NULL, cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL,"
                + " cache_write_1h INTEGER NOT NULL, output INTEGER NOT NULL, reasoning INTEGER NOT"
                + " NULL, searches INTEGER NOT NULL, requests INTEGER NOT NULL, estimated INTEGER"
                + " NOT NULL, pico_usd INTEGER NOT NULL, source TEXT NOT NULL, may_have_billed"
                + " INTEGER NOT NULL) STRICT",
            "CREATE INDEX IF NOT EXISTS attempt_day ON attempt (day, tenant, model)");
    writer = Thread.ofPlatform().name("gatun-ai-ledger").daemon().unstarted(this::write);
    writer.start();
  }

  @Override
  public void record(Entry entry) {
    put(new Job.Write(entry));
  }

  /** Waits while the queue is full: an entry is not dropped. */
  private void put(Job job) {
    boolean interrupted = false;
    while (true) {
      try {
        queue.put(job);
        break;
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void write() {
    List<Job> jobs = new ArrayList<>();
    boolean stop = false;
    while (!stop) {
      try {
        jobs.add(queue.take());
      } catch (InterruptedException _) {
        continue; // nobody interrupts this thread with a meaning
      }
      queue.drainTo(jobs, BATCH - 1);
      List<Entry> entries = new ArrayList<>();
      for (Job job : jobs) {
        if (job instanceof Job.Write w) {
          entries.add(w.entry());
        }
      }
      insert(entries);
      for (Job job : jobs) {
        switch (job) {
          case Job.Write _ -> {}
          case Job.Flush f -> f.done().countDown();
          case Job.Stop _ -> stop = true;
        }
      }
      jobs.clear();
    }
  }

  private void insert(List<Entry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    try {
      file.write(c -> {
        insert(c, entries);
        return 0;
      });
    } catch (UncheckedIOException e) {
      // The log is the last place where they are not lost.
      entries.forEach(x -> LOG.error("Not in the ledger: {}", x));
      LOG.error("The ledger cannot be written: {}", e.getMessage());
    }
  }

  private static void insert(Connection c, List<Entry> entries) throws SQLException {
    try (PreparedStatement s =
        c.prepareStatement(
            "INSERT INTO attempt VALUES"
                + " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (Entry e : entries) {
        Attempt a = e.attempt();
        Usage u = a.usage();
        int i = 1;
        s.setLong(i++, e.at().toEpochMilli());
        s.setString(i++, LocalDate.ofInstant(e.at(), ZoneOffset.UTC).toString());
        s.setString(i++, e.correlationId());
        s.setString(i++, e.tenant());
        s.setString(i++, e.task().name());
        s.setString(i++, a.model().toString());
        s.setString(i++, a.key());
        s.setString(i++, a.outcome());
        s.setLong(i++, a.took().toNanos());
        s.setLong(i++, u.input());
        s.setLong(i++, u.cacheRead());
        s.setLong(i++, u.cacheWrite5m());
        s.setLong(i++, u.cacheWrite1h());
        s.setLong(i++, u.output());
        s.setLong(i++, u.reasoning());
        s.setLong(i++, u.searches());
        s.setLong(i++, u.requests());
        s.setBoolean(i++, u.estimated());
        s.setLong(i++, a.cost().amount().pico());
        s.setString(i++, a.cost().source().name());
        s.setBoolean(i, a.mayHaveBilled());
        s.addBatch();
      }
      s.executeBatch();
    }
  }

  /** Waits until what was recorded before this call is in the file. */
  private void flush() {
    CountDownLatch done = new CountDownLatch(1);
    put(new Job.Flush(done));
    try {
      done.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public List<Row> report(Query query) {
    flush();
    return file.read(c -> select(c, query));
  }

  private static List<Row> select(Connection c, Query query) throws SQLException {
    String sql =
        "SELECT day, tenant, model, COUNT(*), SUM(outcome <> 'ok'), SUM(input), SUM(cache_read),"
            + " SUM(cache_write_5m), SUM(cache_write_1h), SUM(output), SUM(reasoning),"
            + " SUM(searches), SUM(requests), MAX(estimated), SUM(pico_usd), SUM(source = ?) FROM"
            + " attempt WHERE (? = '' OR tenant = ?) AND day >= ? AND day <= ?"
            + " GROUP BY day, tenant, model ORDER BY day, tenant, model";
    try (PreparedStatement s = c.prepareStatement(sql)) {
      s.setString(1, Cost.Source.UNKNOWN.name());
      s.setString(2, query.tenant().isPresent() ? "one" : "");
      s.setString(3, query.tenant().orElse(""));
      s.setString(4, query.from().map(LocalDate::toString).orElse(""));
      s.setString(5, query.to().map(LocalDate::toString).orElse("~"));
      List<Row> rows = new ArrayList<>();
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          Usage usage =
              new Usage(
                  r.getLong(6),
                  r.getLong(7),
                  r.getLong(8),
                  r.getLong(9),
                  r.getLong(10),
                  r.getLong(11),
                  r.getLong(12),
                  r.getLong(13),
                  Optional.empty(),
                  r.getBoolean(14));
          rows.add(
              new Row(
                  LocalDate.parse(r.getString(1)),
                  r.getString(2),
                  r.getString(3),
                  r.getLong(4),
                  r.getLong(5),
                  usage,
                  Usd.ofPico(r.getLong(15)),
                  r.getLong(16)));
        }
      }
      return rows;
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    put(new Job.Stop());
    try {
      writer.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    file.close();
  }
}
