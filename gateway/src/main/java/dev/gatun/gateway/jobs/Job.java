package dev.gatun.gateway.jobs;

import dev.gatun.ai.json.Json;
import java.time.Instant;
import java.util.Optional;

/**
 * A job as it was stored last.
 *
 * @param id its id; sorts by the time it was made
 * @param tenant whose it is
 * @param kind what it does
 * @param status how far it is
 * @param payload what it was asked
 * @param progress what its handler told last
 * @param checkpoint from where another instance would go on
 * @param result the result, once it succeeded
 * @param error why it failed: {@code type} and {@code detail}
 * @param fence how often it was claimed
 * @param takeovers how often its instance died
 * @param cancelAsked whether somebody asked to cancel it
 * @param possiblyBilled whether an instance died during a paid call, so that the call may have been
 *     paid for twice
 * @param created when it was submitted
 * @param started when it was claimed first
 * @param finished when it ended
 */
public record Job(
    String id,
    String tenant,
    String kind,
    JobStatus status,
    Json.Obj payload,
    Optional<Json.Obj> progress,
    Optional<Json.Obj> checkpoint,
    Optional<Json.Obj> result,
    Optional<Json.Obj> error,
    long fence,
    int takeovers,
    boolean cancelAsked,
    boolean possiblyBilled,
    Instant created,
    Optional<Instant> started,
    Optional<Instant> finished) {
  /** As clients see it in a list: without the result. */
  public Json.Obj summary() {
    Json.ObjectBuilder b =
        Json.object()
            .put("id", id)
            .put("object", "job")
            .put("kind", kind)
            .put("status", status.label())
            .put("created_at", created.toString())
            .put("started_at", time(started))
            .put("finished_at", time(finished))
            .put("takeovers", takeovers)
            .put("cancel_requested", cancelAsked)
            .put("possibly_billed", possiblyBilled)
            .put("progress", progress.<Json>map(p -> p).orElse(Json.NULL));
    error.ifPresent(e -> b.put("error", e));
    return b.build();
  }

  /** As clients see it. */
  public Json.Obj json() {
    return result.map(r -> summary().with("result", r)).orElseGet(this::summary);
  }

  private static Json time(Optional<Instant> at) {
    return at.map(t -> Json.of(t.toString())).orElse(Json.NULL);
  }
}
