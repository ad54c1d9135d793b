package dev.gatun.ai;

import java.util.List;

/**
 * Asks for an answer from the web, with sources.
 *
 * @param domains only these domains; a leading {@code -} excludes one; empty for all
 * @param recency {@code hour}, {@code day}, {@code week}, {@code month}, {@code year}, or empty for
 *     any
 * @param contextSize how much of the pages the model sees: {@code low}, {@code medium}, {@code
 *     high}, or empty for the provider's default
 */
public record WebSearch(List<String> domains, String recency, String contextSize) {
  /** The whole web, the provider's defaults. */
  public static final WebSearch ANY = new WebSearch(List.of(), "", "");

  /** Copies the list. */
  public WebSearch {
    domains = List.copyOf(domains);
  }

  /** The domains to search; empty for all. */
  public List<String> allowedDomains() {
    return domains.stream().filter(d -> !d.startsWith("-")).toList();
  }

  /** The domains to leave out, without their {@code -}. */
  public List<String> excludedDomains() {
    return domains.stream().filter(d -> d.startsWith("-")).map(d -> d.substring(1)).toList();
  }
}
