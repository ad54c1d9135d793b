package dev.gatun.gateway.http;

import dev.gatun.gateway.auth.Principal;

/** Answers requests of a route. Thread-safe. */
@FunctionalInterface
public interface Endpoint {
  /**
   * Answers a request.
   *
   * @param exchange the request and its answer
   * @param principal who sends it
   * @throws Problem what is answered instead
   */
  void handle(Exchange exchange, Principal principal);
}
