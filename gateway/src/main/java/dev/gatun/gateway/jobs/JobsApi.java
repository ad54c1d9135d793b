package dev.gatun.gateway.jobs;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.auth.Principal;
import dev.gatun.gateway.http.EventStream;
import dev.gatun.gateway.http.Exchange;
import dev.gatun.gateway.http.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * {@code GET /v1/jobs}, {@code GET} and {@code DELETE /v1/jobs/{id}}, and {@code GET
 * /v1/jobs/{id}/events}. Another tenant's job is none.
 */
public final class JobsApi {
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
  private static final int BATCH = 200;

  private final Jobs jobs;
  private final BooleanSupplier draining;

  /**
   * The endpoints of jobs.
   *
   * @param draining whether the gateway is about to stop: then streams of events end, for their
   *     clients to go on with another instance
   */
  public JobsApi(Jobs jobs, BooleanSupplier draining) {
    this.jobs = jobs;
    this.draining = draining;
  }

  /** Answers 202 with the job and its place. */
  public void accepted(Exchange exchange, Principal principal, String id) {
    exchange.setHeader("Location", "/v1/jobs/" + id);
    exchange.send(202, find(principal, id).summary());
  }

  /** {@code GET /v1/jobs?status=…&kind=…&limit=…&before=…}, the newest first. */
  public void list(Exchange exchange, Principal principal) {
    int limit =
        exchange
            .query("limit")
            .map(t -> {
              if (!t.matches("[0-9]{1,3}") || Integer.parseInt(t) < 1) {
                throw Problem.of(
                    400, "invalid-request", "'limit' must be a whole number from 1 to 999");
              }
              return Integer.parseInt(t);
            })
            .orElse(50);
    Optional<JobStatus> status =
        exchange
            .query("status")
            .map(t ->
                JobStatus.of(t)
                    .orElseThrow(() ->
                        Problem.of(
                            400,
                            "invalid-request",
                            "'status' must be queued, running, succeeded, failed or cancelled")));
    List<Job> found =
        jobs.list(
            principal.tenant(), status, exchange.query("kind"), exchange.query("before"), limit);
    List<Json> data = found.stream().<Json>map(Job::summary).toList();
    exchange.send(
        200,
        Json.object()
            .put("object", "list")
            .put("data", new Json.Arr(data))
            .put("next_before", found.size() < limit ? Json.NULL : Json.of(found.getLast().id()))
            .build());
  }

  /** {@code GET /v1/jobs/{id}}. */
  public void get(Exchange exchange, Principal principal) {
    exchange.send(200, find(principal, exchange.pathParameter("id")).json());
  }

  /** {@code DELETE /v1/jobs/{id}}: 200 when the job has ended, 202 when it will soon. */
  public void cancel(Exchange exchange, Principal principal) {
    String id = exchange.pathParameter("id");
    Job job = jobs.cancel(principal.tenant(), id).orElseThrow(JobsApi::none);
    exchange.send(job.status().isFinal() ? 200 : 202, job.summary());
  }

  /**
   * {@code GET /v1/jobs/{id}/events}: what the job tells, from the first event or from the one
   * after {@code Last-Event-ID}, until it ended. After the last there is nothing: 204, so that
   * browsers do not ask again.
   */
  public void events(Exchange exchange, Principal principal) {
    Job job = find(principal, exchange.pathParameter("id"));
    long last =
        exchange
            .header("last-event-id")
            .filter(t -> t.matches("[0-9]{1,18}"))
            .map(Long::parseLong)
            .orElse(0L);
    List<JobEvent> events = jobs.events(job.id(), last, BATCH);
    if (events.isEmpty() && job.status().isFinal()) {
      exchange.send(204, "text/plain", new byte[0]);
      return;
    }
    try (EventStream out = exchange.events()) {
      long quiet = System.nanoTime();
      while (true) {
        for (JobEvent e : events) {
          out.event(Long.toString(e.number()), e.name(), e.data());
          last = e.number();
          quiet = System.nanoTime();
          if (!e.name().equals("progress")) {
            return;
          }
        }
        if (draining.getAsBoolean()) {
          return;
        }
        if (System.nanoTime() - quiet > KEEP_ALIVE.toNanos()) {
          out.keepAlive();
          quiet = System.nanoTime();
        }
        if (events.size() < BATCH) {
          Thread.sleep(LOOK);
        }
        events = jobs.events(job.id(), last, BATCH);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private Job find(Principal principal, String id) {
    return jobs.find(principal.tenant(), id).orElseThrow(JobsApi::none);
  }

  private static Problem none() {
    return Problem.of(404, "job-not-found", "There is no such job");
  }
}
