package dev.gatun.ai;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A snapshot of a client, taken without any I/O.
 *
 * @param at when it was taken
 * @param providers the providers in the order they were added
 */
public record Status(Instant at, List<ProviderStatus> providers) {
  /** Copies the list. */
  public Status {
    providers = List.copyOf(providers);
  }

  /** What a circuit breaker lets through. */
  public enum Circuit {
    /** Everything. */
    CLOSED,
    /** A few probes. */
    HALF_OPEN,
    /** Nothing. */
    OPEN
  }

  /**
   * A provider.
   *
   * @param id its id
   * @param models its models
   * @param circuit its circuit breaker
   * @param keys its keys
   * @param inFlight the requests that are under way
   * @param requests the attempts so far
   * @param failures those that failed
   * @param latencyP50 the median latency of recent attempts
   * @param latencyP95 the 95th percentile
   * @param spent the cost of all attempts of this client
   * @param lastError the simple name of the last error
   */
  public record ProviderStatus(
      String id,
      List<String> models,
      Circuit circuit,
      List<KeyStatus> keys,
      int inFlight,
      long requests,
      long failures,
      Optional<Duration> latencyP50,
      Optional<Duration> latencyP95,
      Usd spent,
      Optional<String> lastError) {
    /** Copies the lists. */
    public ProviderStatus {
      models = List.copyOf(models);
      keys = List.copyOf(keys);
    }
  }

  /**
   * A key.
   *
   * @param fingerprint tells keys apart and does not reveal them
   * @param usable whether it would be used now
   * @param blockedUntil until when it is not used, after the provider asked to wait
   * @param reason why it is not used, or empty
   */
  public record KeyStatus(
      String fingerprint, boolean usable, Optional<Instant> blockedUntil, String reason) {}
}
