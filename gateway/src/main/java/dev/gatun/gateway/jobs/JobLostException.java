package dev.gatun.gateway.jobs;

/** The job is another instance's now, or was ended: what this one does for it is worth nothing. */
public final class JobLostException extends RuntimeException {
  private static final long serialVersionUID = 1;

  JobLostException(String id) {
    super("The job " + id + " is not this instance's any more");
  }
}
