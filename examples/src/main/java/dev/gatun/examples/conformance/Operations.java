package dev.gatun.examples.conformance;

import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which function computes an operation of the cases. */
public final class Operations {
  private final Map<String, Recipe> recipes = new TreeMap<>();

  /** None yet. */
  public Operations() {}

  /** Computes the named results of a case; results that the case does not ask for are ignored. */
  @FunctionalInterface
  public interface Recipe {
    /** May use the operands and attributes of the case. */
    Map<String, Tensor> compute(Context c) throws IOException;
  }

  /** Computes the only result of a case. */
  @FunctionalInterface
  public interface Function {
    /** May use the operands and attributes of the case. */
    Tensor compute(Context c) throws IOException;
  }

  /** Adds an operation of one result. */
  public Operations op(String name, Function f) {
    return ops(name, c -> Map.of(c.onlyOutput(), f.compute(c)));
  }

  /** Adds an operation of several results. */
  public Operations ops(String name, Recipe recipe) {
    if (recipes.put(name, recipe) != null) {
      throw new IllegalArgumentException("Operation " + name + " is there twice");
    }
    return this;
  }

  /** The names of all operations. */
  public Set<String> names() {
    return recipes.keySet();
  }

  @Nullable Recipe get(String name) {
    return recipes.get(name);
  }
}
