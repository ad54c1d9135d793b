package dev.gatun.gateway.analyze;

import dev.gatun.ai.json.Json;
import java.util.Locale;

/**
 * Something that an analysis found.
 *
 * @param id what kind it is, such as {@code overfitting}
 * @param severity how bad it is
 * @param title one line
 * @param evidence the numbers or names that show it
 * @param suggestedChange what to do; empty for nothing
 * @param source who found it
 */
public record Finding(
    String id,
    Severity severity,
    String title,
    String evidence,
    String suggestedChange,
    Source source) {

  /** How bad something is. */
  public enum Severity {
    /** Worth knowing. */
    INFO,
    /** Probably costs quality or time. */
    WARNING,
    /** Does not work as it is. */
    ERROR
  }

  /** Who found something. */
  public enum Source {
    /** The gateway's own static analysis. */
    LOCAL,
    /** A model of a provider. */
    PROVIDER
  }

  static Finding info(String id, String title, String evidence, String change) {
    return new Finding(id, Severity.INFO, title, evidence, change, Source.LOCAL);
  }

  static Finding warning(String id, String title, String evidence, String change) {
    return new Finding(id, Severity.WARNING, title, evidence, change, Source.LOCAL);
  }

  static Finding error(String id, String title, String evidence, String change) {
    return new Finding(id, Severity.ERROR, title, evidence, change, Source.LOCAL);
  }

  Json.Obj json() {
    return Json.object()
        .put("id", id)
        .put("severity", severity.name().toLowerCase(Locale.ROOT))
        .put("title", title)
        .put("evidence", evidence)
        .put("suggested_change", suggestedChange)
        .put("source", source.name().toLowerCase(Locale.ROOT))
        .build();
  }
}
