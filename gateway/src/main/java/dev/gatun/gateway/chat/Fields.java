package dev.gatun.gateway.chat;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.http.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The members of a JSON object, with an error that names the wrong one.
 *
 * @param object the object
 * @param pointer where it is in the body
 */
public record Fields(Json.Obj object, String pointer) {
  /** The body itself. */
  public static Fields of(Json.Obj body) {
    return new Fields(body, "");
  }

  /** Where a member is. */
  public String at(String name) {
    return pointer + "/" + name.replace("~", "~0").replace("/", "~1");
  }

  /** The error of a member. */
  public Problem wrong(String name, String expected) {
    Json value = object.members().get(name);
    String got =
        switch (value) {
          case null -> "nothing";
          case Json.Obj _ -> "an object";
          case Json.Arr _ -> "an array";
          case Json.Str s ->
              "'" + (s.value().length() > 40 ? s.value().substring(0, 40) + "…" : s.value()) + "'";
          default -> value.toString();
        };
    return Problem.field(at(name), "'" + name + "' must be " + expected + ", got " + got);
  }

  /** Whether a member is there and not null. */
  public boolean has(String name) {
    return object.get(name).isPresent();
  }

  /** A string that must be there. */
  public String text(String name) {
    return optionalText(name).orElseThrow(() -> wrong(name, "a string"));
  }

  /** A string that may be there. */
  public Optional<String> optionalText(String name) {
    if (!has(name)) {
      return Optional.empty();
    }
    return Optional.of(object.string(name).orElseThrow(() -> wrong(name, "a string")));
  }

  /** A number between two. */
  public OptionalDouble number(String name, double min, double max) {
    if (!has(name)) {
      return OptionalDouble.empty();
    }
    OptionalDouble value = object.number(name);
    if (value.isEmpty() || !(value.getAsDouble() >= min && value.getAsDouble() <= max)) {
      throw wrong(name, "a number from " + min + " to " + max);
    }
    return value;
  }

  /** A whole number from a least one on. */
  public OptionalInt integer(String name, int min) {
    if (!has(name)) {
      return OptionalInt.empty();
    }
    OptionalLong value = object.integer(name);
    if (value.isEmpty() || value.getAsLong() < min || value.getAsLong() > Integer.MAX_VALUE) {
      throw wrong(name, "a whole number from " + min + " on");
    }
    return OptionalInt.of((int) value.getAsLong());
  }

  /** True or false. */
  public Optional<Boolean> bool(String name) {
    if (!has(name)) {
      return Optional.empty();
    }
    return Optional.of(object.bool(name).orElseThrow(() -> wrong(name, "true or false")));
  }

  /** An object that may be there. */
  public Optional<Fields> object(String name) {
    if (!has(name)) {
      return Optional.empty();
    }
    if (object.members().get(name) instanceof Json.Obj o) {
      return Optional.of(new Fields(o, at(name)));
    }
    throw wrong(name, "an object");
  }

  /** The elements of an array that may be there. */
  public List<Json> array(String name) {
    if (!has(name)) {
      return List.of();
    }
    if (object.members().get(name) instanceof Json.Arr a) {
      return a.elements();
    }
    throw wrong(name, "an array");
  }

  /** The elements of an array of objects that may be there. */
  public List<Fields> objects(String name) {
    List<Json> elements = array(name);
    List<Fields> objects = new ArrayList<>(elements.size());
    for (Json element : elements) {
      String where = at(name) + "/" + objects.size();
      if (!(element instanceof Json.Obj o)) {
        throw Problem.field(where, "Each of '" + name + "' must be an object");
      }
      objects.add(new Fields(o, where));
    }
    return objects;
  }

  /** A string, or an array of strings. */
  public List<String> texts(String name) {
    if (!has(name)) {
      return List.of();
    }
    return switch (object.members().get(name)) {
      case Json.Str s -> List.of(s.value());
      case Json.Arr a when a.elements().stream().allMatch(Json.Str.class::isInstance) ->
          a.elements().stream().map(e -> ((Json.Str) e).value()).toList();
      case null, default -> throw wrong(name, "a string or an array of strings");
    };
  }

  /**
   * The members that only a provider's own format has. They go to a model that was named, whose
   * format the client knows; where routing chooses, nobody could keep to them.
   *
   * @param known those that are read, or change nothing of the answer
   * @param named whether a model was named
   * @throws Problem 400 for such a member where none was
   */
  Json.Obj beyond(Set<String> known, boolean named) {
    Json.ObjectBuilder rest = Json.object();
    object
        .members()
        .forEach((name, value) -> {
          if (known.contains(name) || value instanceof Json.Null) {
            return;
          }
          if (!named) {
            throw Problem.field(
                at(name),
                "'" + name + "' cannot be used with model 'auto': name a model that knows it");
          }
          rest.put(name, value);
        });
    return rest.build();
  }
}
