package dev.gatun.ai.testkit.control;

import dev.gatun.ai.testkit.Details;
import dev.gatun.ai.testkit.Failure;
import dev.gatun.ai.testkit.Fault;
import dev.gatun.ai.testkit.Finish;
import dev.gatun.ai.testkit.Framing;
import dev.gatun.ai.testkit.Part;
import dev.gatun.ai.testkit.Position;
import dev.gatun.ai.testkit.RetryAfter;
import dev.gatun.ai.testkit.Script;
import dev.gatun.ai.testkit.Timing;
import dev.gatun.ai.testkit.Tokens;
import dev.gatun.ai.testkit.dialect.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@link Script} as a JSON object; the README of the module lists the members. */
final class ScriptJson {
  private ScriptJson() {}

  static Script script(@Nullable Object json) {
    Members members = Members.of("a script", json);
    Script script = content(members);
    if (members.has("status")) {
      script = script.status(members.whole("status", 0));
    }
    if (members.has("headers")) {
      for (Map.Entry<String, @Nullable Object> header :
          members.object("headers").all().entrySet()) {
        script = script.header(header.getKey(), String.valueOf(header.getValue()));
      }
    }
    if (members.has("retryAfter")) {
      for (Object retry : members.list("retryAfter")) {
        Members form = Members.of("\"retryAfter\"", retry);
        script =
            script.retryAfter(
                new RetryAfter(form.constant(RetryAfter.Form.class, "form"), form.millis("ms")));
        form.end();
      }
    }
    script =
        new Script(
            script.content(),
            details(members),
            script.head(),
            new Timing(
                members.millis("headersAfterMs"),
                members.millis("firstTokenAfterMs"),
                members.millis("tokenEveryMs")),
            framing(members),
            faults(members));
    members.end();
    return script;
  }

  private static Script content(Members members) {
    Script script = null;
    int contents = 0;
    if (members.has("reply")) {
      script = Script.reply(members.text("reply"));
      contents++;
    }
    if (members.has("parts")) {
      script = Script.parts(parts(members.list("parts")));
      contents++;
    }
    if (members.has("lorem")) {
      script = Script.lorem(members.whole("lorem", 1));
      contents++;
    }
    if (members.has("fail")) {
      script = Script.fail(members.constant(Failure.class, "fail"), members.text("message", ""));
      contents++;
    }
    if (members.has("raw")) {
      Members raw = members.object("raw");
      script =
          Script.raw(
              raw.whole("status", 200),
              raw.text("contentType", "application/json"),
              raw.text("body", ""));
      raw.end();
      contents++;
    }
    if (members.has("html")) {
      script = Script.html(members.whole("html", 502));
      contents++;
    }
    if (members.has("json")) {
      script = Script.json(members.object("json").all());
      contents++;
    }
    if (members.has("vectors")) {
      script = Script.vectors(vectors(members.list("vectors")));
      contents++;
    }
    for (String word : List.of("echo", "empty", "hang", "drop", "reset")) {
      if (members.flag(word, false)) {
        script =
            switch (word) {
              case "empty" -> Script.empty();
              case "hang" -> Script.hang();
              case "drop" -> Script.drop();
              case "reset" -> Script.reset();
              default -> Script.echo();
            };
        contents++;
      }
    }
    if (contents > 1) {
      throw new IllegalArgumentException(
          "expected one content in a script (reply, parts, echo, lorem, fail, raw, html, json,"
              + " vectors, empty, hang, drop or reset), and got "
              + contents);
    }
    return script == null ? Script.echo() : script;
  }

  private static Part[] parts(List<@Nullable Object> list) {
    var parts = new ArrayList<Part>();
    for (Object json : list) {
      Members part = Members.of("a part", json);
      if (part.has("text")) {
        parts.add(new Part.Text(part.text("text")));
      } else if (part.has("thinking")) {
        parts.add(new Part.Thinking(part.text("thinking"), part.textOrNull("signature")));
      } else if (part.has("refusal")) {
        parts.add(new Part.Refusal(part.text("refusal")));
      } else if (part.has("toolCall")) {
        Object arguments = part.has("arguments") ? part.get("arguments") : Map.of();
        parts.add(
            new Part.ToolCall(
                part.textOrNull("id"),
                part.text("toolCall"),
                arguments instanceof String text ? text : Json.text(arguments)));
      } else if (part.has("citation")) {
        parts.add(
            new Part.Citation(
                part.text("citation"), part.text("title", ""), part.text("snippet", "")));
      } else {
        throw new IllegalArgumentException(
            "expected text, thinking, refusal, toolCall or citation in a part, and got " + json);
      }
      part.end();
    }
    return parts.toArray(Part[]::new);
  }

  private static float[][] vectors(List<@Nullable Object> list) {
    var vectors = new float[list.size()][];
    for (int i = 0; i < vectors.length; i++) {
      List<@Nullable Object> numbers = Json.list(list.get(i));
      vectors[i] = new float[numbers.size()];
      for (int d = 0; d < numbers.size(); d++) {
        if (!(numbers.get(d) instanceof Number number)) {
          throw new IllegalArgumentException(
              "expected numbers in a vector, and got " + numbers.get(d));
        }
        vectors[i][d] = number.floatValue();
      }
    }
    return vectors;
  }

  private static Details details(Members members) {
    Tokens tokens = null;
    if (members.has("tokens")) {
      Members usage = members.object("tokens");
      tokens =
          new Tokens(
              usage.whole("input", 0),
              usage.whole("cacheRead", 0),
              usage.whole("cacheWrite5m", 0),
              usage.whole("cacheWrite1h", 0),
              usage.whole("output", 0),
              usage.whole("reasoning", 0),
              usage.textOrNull("tier"),
              usage.decimalOrNull("cost"),
              usage.decimalOrNull("requestCost"),
              usage.whole("searches", 0));
      usage.end();
    }
    return new Details(
        members.has("finish") ? members.constant(Finish.class, "finish") : null,
        members.textOrNull("finishWord"),
        tokens,
        members.textOrNull("servedBy"));
  }

  private static Framing framing(Members members) {
    String lineEnd =
        switch (members.text("lineEnd", "")) {
          case "" -> null;
          case "lf" -> "\n";
          case "crlf" -> "\r\n";
          case "cr" -> "\r";
          default ->
              throw new IllegalArgumentException(
                  "expected \"lineEnd\" to be lf, crlf or cr, and got " + members.text("lineEnd"));
        };
    boolean unknowns = members.flag("unknowns", false);
    return new Framing(
        lineEnd,
        members.flag("bom", false),
        members.whole("padding", 0),
        members.flag("comments", false),
        unknowns,
        unknowns,
        members.flag("terminal", true),
        members.flag("usage", true),
        members.whole("split", 0),
        members.whole("splitAt", -1),
        members.has("splitPauseMs")
            ? members.millis("splitPauseMs")
            : members.has("splitAt") ? Duration.ofMillis(5) : Duration.ZERO);
  }

  private static List<Fault> faults(Members members) {
    var faults = new ArrayList<Fault>();
    if (members.has("faults")) {
      for (Object json : members.list("faults")) {
        Members fault = Members.of("a fault", json);
        Position at = null;
        for (Position.Unit unit : Position.Unit.values()) {
          String name =
              switch (unit) {
                case BYTES -> "afterBytes";
                case EVENTS -> "afterEvents";
                case TOKENS -> "afterTokens";
              };
          if (fault.has(name)) {
            at = new Position(unit, fault.whole(name, 0));
          }
        }
        if (at == null) {
          throw new IllegalArgumentException(
              "expected afterBytes, afterEvents or afterTokens in a fault, and got " + json);
        }
        faults.add(
            new Fault(
                fault.constant(Fault.Kind.class, "kind"),
                at,
                fault.has("failure") ? fault.constant(Failure.class, "failure") : null,
                fault.has("ms") ? fault.millis("ms") : null));
        fault.end();
      }
    }
    return faults;
  }
}
