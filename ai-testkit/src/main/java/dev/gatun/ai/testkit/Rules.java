package dev.gatun.ai.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** All rules of a server, in order. Thread-safe. */
final class Rules {
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private volatile Script otherwise = Script.echo();

  Rule add(Match match) {
    var rule = new Rule(match);
    rules.add(rule);
    return rule;
  }

  void otherwise(Script script) {
    otherwise = script;
  }

  void reset() {
    rules.clear();
    otherwise = Script.echo();
  }

  Script choose(RecordedRequest request) {
    for (Rule rule : rules) {
      Script script = rule.next(request);
      if (script != null) {
        return script;
      }
    }
    return otherwise;
  }
}
