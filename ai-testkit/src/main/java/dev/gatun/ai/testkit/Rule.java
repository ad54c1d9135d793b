package dev.gatun.ai.testkit;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** The scripts for the requests that match. Made by {@link ScriptedServer#when}. Thread-safe. */
public final class Rule {
  private final Match match;
  private final Queue<Script> once = new ArrayDeque<>();
  private @Nullable Script always;
  private @Nullable FaultMix mix;
  private long drawn;
  private long played;

  Rule(Match match) {
    this.match = match;
  }

  /** Plays these scripts once each, in order. */
  public synchronized Rule then(Script... scripts) {
    once.addAll(List.of(scripts));
    return this;
  }

  /** Plays a script a number of times. */
  public synchronized Rule times(int times, Script script) {
    for (int i = 0; i < times; i++) {
      once.add(script);
    }
    return this;
  }

  /** Plays this script for ever, after those that are played once. */
  public synchronized Rule always(Script script) {
    always = script;
    mix = null;
    return this;
  }

  /** Draws a script for each request, after those that are played once. */
  public synchronized Rule mixed(FaultMix scripts) {
    mix = scripts;
    always = null;
    drawn = 0;
    return this;
  }

  /** How many requests this rule has answered. */
  public synchronized long played() {
    return played;
  }

  synchronized @Nullable Script next(RecordedRequest request) {
    if (!match.matches(request)) {
      return null;
    }
    Script script = once.poll();
    if (script == null) {
      script = mix != null ? mix.draw(drawn++) : always;
    }
    if (script != null) {
      played++;
    }
    return script;
  }
}
