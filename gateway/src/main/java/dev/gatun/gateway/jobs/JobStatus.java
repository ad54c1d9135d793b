package dev.gatun.gateway.jobs;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How far a job is. */
public enum JobStatus {
  /** It waits for an instance. */
  QUEUED,
  /** An instance does it. */
  RUNNING,
  /** It has a result. */
  SUCCEEDED,
  /** It has an error. */
  FAILED,
  /** It was stopped at somebody's wish. */
  CANCELLED;

  /** The name in answers and in the database, such as {@code queued}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether nothing will change any more. */
  public boolean isFinal() {
    return this != QUEUED && this != RUNNING;
  }

  /** The status of a name. */
  public static Optional<JobStatus> of(String label) {
    return Arrays.stream(values()).filter(s -> s.label().equals(label)).findFirst();
  }
}
