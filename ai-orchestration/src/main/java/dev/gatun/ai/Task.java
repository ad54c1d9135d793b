package dev.gatun.ai;

import java.util.Locale;

/**
 * What a request is for; routing prefers models that are good at it. An open enumeration: any
 * lower-case name is allowed, the constants are those that the shipped catalog knows.
 */
public record Task(String name) {
  /** Nothing in particular. */
  public static final Task GENERAL = new Task("general");

  /** Rows of data that fit a schema. */
  public static final Task SYNTHETIC_DATA = new Task("synthetic-data");

  /** Writing and changing programs. */
  public static final Task CODE = new Task("code");

  /** Drawing conclusions in several steps. */
  public static final Task REASONING = new Task("reasoning");

  /** Judging a model, a history or a document. */
  public static final Task ANALYSIS = new Task("analysis");

  /** Answers with sources from the web. */
  public static final Task RESEARCH = new Task("research");

  /** Images beside text. */
  public static final Task MULTIMODAL = new Task("multimodal");

  /** Making a program or model run faster. */
  public static final Task CODE_TUNING = new Task("code-tuning");

  /** Unusual ideas. */
  public static final Task CREATIVE = new Task("creative");

  /** Checks the name. */
  public Task {
    if (name.isBlank()) {
      throw new IllegalArgumentException("A task needs a name");
    }
    name = name.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The task of a name, as {@code code-tuning} or {@code CODE_TUNING}. */
  public static Task of(String name) {
    return new Task(name);
  }

  @Override
  public String toString() {
    return name;
  }
}
