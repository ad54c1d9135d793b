package dev.gatun.gateway.jobs;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.auth.Principal;
import dev.gatun.gateway.http.Exchange;

/** What answers 202 with a job. */
@FunctionalInterface
public interface Submission {
  /** Submits a job of a kind and answers. */
  void submit(Exchange exchange, Principal principal, String kind, Json.Obj payload);
}
