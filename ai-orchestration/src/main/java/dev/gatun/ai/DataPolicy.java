package dev.gatun.ai;

import java.util.Set;

/**
 * Where the data of a request may go.
 *
 * @param allowedProviders only these providers; empty for all
 * @param deniedProviders never these
 * @param redact whether personal data is replaced before it leaves, and restored in the answer
 */
public record DataPolicy(
    Set<String> allowedProviders, Set<String> deniedProviders, boolean redact) {
  /** Anywhere, as the client's configuration says about personal data. */
  public static final DataPolicy DEFAULT = new DataPolicy(Set.of(), Set.of(), false);

  /** Copies the sets. */
  public DataPolicy {
    allowedProviders = Set.copyOf(allowedProviders);
    deniedProviders = Set.copyOf(deniedProviders);
  }

  /** Whether a provider may see the request. */
  public boolean permits(String provider) {
    return !deniedProviders.contains(provider)
        && (allowedProviders.isEmpty() || allowedProviders.contains(provider));
  }
}
