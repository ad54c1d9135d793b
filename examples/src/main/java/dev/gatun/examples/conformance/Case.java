package dev.gatun.examples.conformance;

import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.Moshi;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.FormatException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One recorded case: what {@code case.json} says.
 *
 * @param folder where its arrays lie
 * @param id its name, which is also its folder below the results
 * @param op the operation
 * @param family the group it is reported under
 * @param attributes the operation's attributes
 * @param inputs the operands
 * @param outputs the wanted results
 * @param cotangents the upstream gradients
 * @param gradients the wanted gradients
 * @param tolerances by dtype name
 * @param json the whole file
 */
public record Case(
    Path folder,
    String id,
    String op,
    String family,
    Attributes attributes,
    List<Item> inputs,
    List<Item> outputs,
    List<Item> cotangents,
    List<Item> gradients,
    Map<String, Tolerance> tolerances,
    Attributes json) {

  /** The name of the files that describe a case. */
  public static final String FILE = "case.json";

  /**
   * One array beside the case.
   *
   * @param file its file name
   * @param of the operand or result that it holds
   * @param differentiable whether a gradient with respect to it may be wanted
   */
  public record Item(String file, String of, boolean differentiable) {}

  /**
   * How far a result may be off: {@code |got - want| <= absolute + relative * |want|}.
   *
   * @param relative the relative part
   * @param absolute the absolute part
   * @param cosine the least cosine similarity of whole arrays, or -1
   */
  public record Tolerance(double relative, double absolute, double cosine) {}

  /**
   * Reads one file.
   *
   * @throws FormatException when it is no case, in one sentence that names it
   */
  public static Case read(Path file) {
    try {
      String text = Files.readString(file);
      Object value = new Moshi.Builder().build().adapter(Object.class).fromJson(text);
      Attributes top = Attributes.of(value);
      Map<String, Tolerance> tolerances = new LinkedHashMap<>();
      top.object("tol").values().forEach((dtype, t) -> tolerances.put(dtype, tolerance(t)));
      return new Case(
          file.resolveSibling("").toAbsolutePath().normalize(),
          top.text("id"),
          top.text("op"),
          top.text("family", "all"),
          top.has("attrs") ? top.object("attrs") : new Attributes(Map.of()),
          items(top, "inputs"),
          items(top, "outputs"),
          items(top, "cotangents"),
          items(top, "grads"),
          tolerances,
          top);
    } catch (EOFException e) {
      throw new FormatException("Cannot read " + file + ": it ends too early", e);
    } catch (IOException | JsonDataException | IllegalArgumentException e) {
      throw new FormatException("Cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * All cases below a folder whose id starts with a prefix, ordered by path.
   *
   * @throws FormatException when a file is no case
   */
  public static List<Case> below(Path folder, String prefix) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder)) {
      files = walk.filter(p -> p.endsWith(FILE)).sorted().toList();
    }
    return files.stream().map(Case::read).filter(c -> c.id.startsWith(prefix)).toList();
  }

  /** The allowed error of a computation in a dtype. */
  Tolerance tolerance(DType dtype) {
    Tolerance t = tolerances.get(dtype.toString());
    if (t == null) {
      throw new FormatException("Case " + id + " has no tolerance for " + dtype);
    }
    return t;
  }

  private static Tolerance tolerance(Object json) {
    Attributes t = Attributes.of(json);
    return new Tolerance(t.number("rtol"), t.number("atol"), t.number("cosine", -1));
  }

  private static List<Item> items(Attributes top, String key) {
    List<Item> out = new ArrayList<>();
    if (top.has(key)) {
      for (Object item : top.list(key)) {
        Attributes a = Attributes.of(item);
        out.add(new Item(a.text("file"), a.text("of", a.text("name")), a.flag("grad")));
      }
    }
    return out;
  }
}
