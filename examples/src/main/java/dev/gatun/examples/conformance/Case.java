package dev.gatun.examples.conformance;

import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.Moshi;
import dev.gatun.tensor.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One recorded case: what {@code case.json} says.
 *
 * @param folder where its arrays lie
 * @param id its name, which is also its folder below the suite
 * @param op the operation
 * @param family the group it is reported under
 * @param attributes the operation's attributes
 * @param inputs the operands
 * @param outputs the wanted results
 * @param cotangents the upstream gradients
 * @param gradients the wanted gradients
 * @param tolerances by dtype name
 */
record Case(
    Path folder,
    String id,
    String op,
    String family,
    Attributes attributes,
    List<Array> inputs,
    List<Array> outputs,
    List<Array> cotangents,
    List<Array> gradients,
    Map<String, Tolerance> tolerances) {

  /**
   * One array beside the case.
   *
   * @param name its name in the case
   * @param file its file name
   * @param of the operand or result that it belongs to
   * @param differentiable whether a gradient with respect to it is wanted
   */
  record Array(String name, String file, String of, boolean differentiable) {}

  /**
   * How far a result may be off: {@code |got - want| <= absolute + relative * |want|}.
   *
   * @param relative the relative part
   * @param absolute the absolute part
   * @param cosine the least cosine similarity of whole arrays, or -1
   */
  record Tolerance(double relative, double absolute, double cosine) {}

  /** Reads {@code case.json}; a malformed file is a {@link FormatException} that names it. */
  static Case read(Path file) {
    try {
      Object json = new Moshi.Builder().build().adapter(Object.class).fromJson(Files.readString(file));
      Attributes top = new Attributes(asMap(json));
      Path folder = file.toAbsolutePath().getParent();
      Map<String, Tolerance> tolerances = new java.util.LinkedHashMap<>();
      top.map("tol").forEach((dtype, t) -> tolerances.put(dtype, tolerance(asMap(t))));
      return new Case(
          folder == null ? Path.of("") : folder,
          top.text("id"),
          top.text("op"),
          top.has("family") ? top.text("family") : "all",
          new Attributes(top.has("attrs") ? top.map("attrs") : Map.of()),
          arrays(top, "inputs"),
          arrays(top, "outputs"),
          arrays(top, "cotangents"),
          arrays(top, "grads"),
          tolerances);
    } catch (IOException | JsonDataException | IllegalArgumentException e) {
      throw new FormatException("Cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static Tolerance tolerance(Map<String, Object> json) {
    Attributes t = new Attributes(json);
    return new Tolerance(
        t.number("rtol"), t.number("atol"), t.has("cosine") ? t.number("cosine") : -1);
  }

  private static List<Array> arrays(Attributes top, String key) {
    List<Array> out = new ArrayList<>();
    if (top.has(key)) {
      for (Object item : top.list(key)) {
        Attributes a = new Attributes(asMap(item));
        String name = a.text("name");
        out.add(
            new Array(
                name,
                a.text("file"),
                a.has("of") ? a.text("of") : name,
                a.has("grad") && a.flag("grad")));
      }
    }
    return out;
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> asMap(@Nullable Object json) {
    if (json instanceof Map<?, ?> m) {
      return (Map<String, Object>) m;
    }
    throw new IllegalArgumentException("expected a JSON object, got " + json);
  }
}
