package dev.gatun.gateway.jobs;

import dev.gatun.ai.json.Json;

/**
 * Does jobs of a kind. Thread-safe. A job whose process died is begun anew by another, from the
 * last checkpoint: what a handler does must bear that.
 */
public interface JobHandler {
  /** The kind, such as {@code synthetic-data}. */
  String kind();

  /** How many jobs of this kind one instance does at once. */
  default int concurrency() {
    return 8;
  }

  /**
   * Does a job. The thread is interrupted when the job is cancelled, when another instance has
   * taken it over and when the gateway stops.
   *
   * @return the result
   * @throws dev.gatun.gateway.http.Problem why the job failed, for the client
   * @throws dev.gatun.ai.error.AiException likewise
   * @throws InterruptedException when it was interrupted
   */
  Json.Obj run(JobContext job) throws InterruptedException;
}
