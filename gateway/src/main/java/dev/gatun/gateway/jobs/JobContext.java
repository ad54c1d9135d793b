package dev.gatun.gateway.jobs;

import dev.gatun.ai.json.Json;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a handler knows of its job, and can do to it. For the handler's thread and those it waits
 * for.
 *
 * <p>While the database cannot be reached the methods that write wait for it. When the job has
 * become another instance's they throw {@link JobLostException}, which the handler lets through.
 */
public interface JobContext {
  /** The job's id. */
  String id();

  /** Whose it is. */
  String tenant();

  /** What it was asked. */
  Json.Obj payload();

  /** What {@link #save} stored last, also in a process that died since. */
  Optional<Json.Obj> checkpoint();

  /** Tells clients how far it is. At most some per second: each is stored. */
  void progress(Json.Obj data);

  /**
   * Stores from where to go on. Whatever was paid for until now is part of it: a paid call before
   * it counts as recorded.
   */
  void save(Json.Obj checkpoint);

  /**
   * Does a call that costs money. If the process dies before the next {@link #save} or the end of
   * the job, the job is marked as possibly billed.
   */
  <T> T paying(Supplier<T> call);

  /** Whether it should stop: the thread is interrupted as well. */
  boolean isStopping();

  /** Whether it should stop because somebody cancelled it: nobody will go on with it. */
  boolean isCancelled();
}
