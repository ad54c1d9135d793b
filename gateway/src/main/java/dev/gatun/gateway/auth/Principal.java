package dev.gatun.gateway.auth;

import java.util.Set;

/**
 * Who sends a request.
 *
 * @param tenant on whose behalf: limits, budgets and caches are kept apart by it
 * @param scopes what they may do
 * @param models the models that they may ask
 */
public record Principal(String tenant, Set<Scope> scopes, ModelFilter models) {
  /** Everybody, where no keys are configured. */
  public static final Principal ANYBODY = new Principal("", Set.of(Scope.values()));

  /** Copies the scopes. */
  public Principal {
    scopes = Set.copyOf(scopes);
  }

  /** Somebody who may ask every model. */
  public Principal(String tenant, Set<Scope> scopes) {
    this(tenant, scopes, ModelFilter.ALL);
  }
}
