package dev.gatun.ai.testkit.control;

import dev.gatun.ai.testkit.Dialect;
import dev.gatun.ai.testkit.FaultMix;
import dev.gatun.ai.testkit.Match;
import dev.gatun.ai.testkit.Operation;
import dev.gatun.ai.testkit.Rule;
import dev.gatun.ai.testkit.Script;
import dev.gatun.ai.testkit.ScriptedServer;
import dev.gatun.ai.testkit.dialect.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rules of a server as a JSON object. */
public final class RulesJson {
  private RulesJson() {}

  /** What is to be done to a server, once all of the text has been understood. */
  private interface Change {
    void apply(ScriptedServer server);
  }

  /**
   * Adds rules to a server, all or none.
   *
   * @throws IllegalArgumentException if the text holds no rules; it says where and why
   */
  public static void load(ScriptedServer server, String text) {
    for (Change change : changes(text)) {
      change.apply(server);
    }
  }

  /**
   * Checks that a text holds rules.
   *
   * @throws IllegalArgumentException if it does not; it says where and why
   */
  static void check(String text) {
    changes(text);
  }

  private static List<Change> changes(String text) {
    Object json;
    try {
      json = Json.parse(text);
    } catch (IOException e) {
      throw new IllegalArgumentException("expected rules in JSON: " + e.getMessage(), e);
    }
    return changes(Members.of("the rules", json));
  }

  private static List<Change> changes(Members members) {
    var changes = new ArrayList<Change>();
    if (members.has("keys")) {
      for (Map.Entry<String, @Nullable Object> entry : members.object("keys").all().entrySet()) {
        Dialect dialect = dialect(entry.getKey());
        String[] keys =
            Json.list(entry.getValue()).stream().map(String::valueOf).toArray(String[]::new);
        changes.add(server -> server.keys(dialect, keys));
      }
    }
    if (members.has("rules")) {
      for (Object json : members.list("rules")) {
        changes.add(rule(Members.of("a rule", json)));
      }
    }
    if (members.has("otherwise")) {
      Script script = ScriptJson.script(members.get("otherwise"));
      changes.add(server -> server.otherwise(script));
    }
    members.end();
    return changes;
  }

  private static Change rule(Members members) {
    Match match = members.has("match") ? match(members.object("match")) : Match.any();
    var once = new ArrayList<Script>();
    if (members.has("once")) {
      for (Object script : members.list("once")) {
        once.add(ScriptJson.script(script));
      }
    }
    int times = members.whole("times", 1);
    Script always = members.has("always") ? ScriptJson.script(members.get("always")) : null;
    FaultMix mix = members.has("mix") ? mix(members.object("mix")) : null;
    if (always != null && mix != null) {
      throw new IllegalArgumentException("expected \"always\" or \"mix\" in a rule, and got both");
    }
    members.end();
    return server -> {
      Rule rule = server.when(match);
      for (int i = 0; i < times; i++) {
        rule.then(once.toArray(Script[]::new));
      }
      if (always != null) {
        rule.always(always);
      }
      if (mix != null) {
        rule.mixed(mix);
      }
    };
  }

  private static FaultMix mix(Members members) {
    FaultMix mix = FaultMix.seed(members.whole("seed", 0));
    for (Object json : members.list("shares")) {
      Members share = Members.of("a share", json);
      mix = mix.with(share.real("rate"), ScriptJson.script(share.get("script")));
      share.end();
    }
    if (members.has("otherwise")) {
      mix = mix.otherwise(ScriptJson.script(members.get("otherwise")));
    }
    members.end();
    return mix;
  }

  private static Match match(Members members) {
    String path = members.textOrNull("path");
    Match match =
        members.has("operation")
            ? Match.operation(members.constant(Operation.class, "operation"))
            : path != null ? Match.path(path) : Match.any();
    if (path != null) {
      match = match.where("path " + path, request -> request.path().equals(path));
    }
    if (members.has("dialect")) {
      match = match.of(members.constant(Dialect.class, "dialect"));
    }
    if (members.has("model")) {
      match = match.model(members.text("model"));
    }
    if (members.has("key")) {
      match = match.key(members.text("key"));
    }
    if (members.has("headers")) {
      for (Map.Entry<String, @Nullable Object> header :
          members.object("headers").all().entrySet()) {
        match = match.header(header.getKey(), String.valueOf(header.getValue()));
      }
    }
    if (members.has("bodyContains")) {
      match = match.bodyContains(members.text("bodyContains"));
    }
    if (members.has("streaming")) {
      match = match.streaming(members.flag("streaming", false));
    }
    members.end();
    return match;
  }

  private static Dialect dialect(String name) {
    for (Dialect dialect : Dialect.values()) {
      if (dialect.name().equals(name.toUpperCase(Locale.ROOT))) {
        return dialect;
      }
    }
    throw new IllegalArgumentException("expected the name of a dialect, and got " + name);
  }
}
