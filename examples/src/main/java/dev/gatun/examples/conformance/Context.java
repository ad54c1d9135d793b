package dev.gatun.examples.conformance;

import dev.gatun.autograd.Tape;
import dev.gatun.nn.Model;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.io.Npy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A case's operands as tensors, and its attributes. */
public final class Context implements AutoCloseable {
  private static final String PARAMETER = "p_";

  /** The families that fix the dtype of their operands. */
  private static final Set<String> FIXED = Set.of("special", "cast");

  private final Case source;
  private final Device device;
  private final DType dtype;
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final List<Model> models = new ArrayList<>();
  private @Nullable Tape tape;

  /** Reads the operands; they belong to the innermost scope. */
  Context(Case source, Device device, DType wanted) throws IOException {
    this.source = source;
    this.device = device;
    this.dtype = FIXED.contains(source.family()) ? DType.FLOAT32 : wanted;
    for (Case.Item item : source.inputs()) {
      Tensor t = read(item.file());
      inputs.put(item.of(), t.requiresGrad(item.differentiable()));
    }
  }

  /** An array beside the case; float32 ones have the dtype that is computed in. */
  Tensor read(String file) throws IOException {
    Tensor raw = Npy.read(source.folder().resolve(file)).to(device);
    return raw.dtype() == DType.FLOAT32 ? raw.to(dtype) : raw;
  }

  void record(Tape open) {
    tape = open;
  }

  /** The tape that records a case with gradients. */
  public Tape tape() {
    Tape open = tape;
    if (open == null) {
      throw new FormatException(
          "Case " + source.id() + " has no gradients, so nothing is recorded");
    }
    return open;
  }

  /**
   * Gives a model this case's device and dtype and the values of the operands named {@code p_...},
   * with dots written as two underscores. Gradients with respect to these operands are then those
   * of the model's parameters. The model is closed after the case.
   */
  public <M extends Model> M load(M model) {
    models.add(model);
    model.to(device);
    model.to(dtype);
    Map<String, Tensor> state = new LinkedHashMap<>();
    inputs.forEach((name, tensor) -> {
      if (name.startsWith(PARAMETER)) {
        state.put(name.substring(PARAMETER.length()).replace("__", "."), tensor);
      }
    });
    model.loadStateDict(state);
    model
        .stateDict()
        .forEach((name, tensor) -> inputs.put(PARAMETER + name.replace(".", "__"), tensor));
    return model;
  }

  /** Frees the models that were loaded. */
  @Override
  public void close() {
    models.forEach(Model::close);
  }

  /** The case itself. */
  public Case source() {
    return source;
  }

  /** The case's folder. */
  public Path folder() {
    return source.folder();
  }

  /** Where to compute. */
  public Device device() {
    return device;
  }

  /** The float dtype to compute in. */
  public DType dtype() {
    return dtype;
  }

  /** The operation's attributes. */
  public Attributes attributes() {
    return source.attributes();
  }

  /** All operands by name, in the case's order. */
  public Map<String, Tensor> inputs() {
    return inputs;
  }

  /** True when the case has the operand. */
  public boolean hasInput(String name) {
    return inputs.containsKey(name);
  }

  /** An operand; a {@link FormatException} when the case lacks it. */
  public Tensor in(String name) {
    Tensor t = inputs.get(name);
    if (t == null) {
      throw new FormatException("Case " + source.id() + " has no input " + name);
    }
    return t;
  }

  /** An operand, or null when the case lacks it. */
  public @Nullable Tensor optional(String name) {
    return inputs.get(name);
  }

  /** The operand {@code x}. */
  public Tensor x() {
    return in("x");
  }

  /** The operand {@code a}. */
  public Tensor a() {
    return in("a");
  }

  /** The operand {@code b}. */
  public Tensor b() {
    return in("b");
  }

  /** True when the attribute is there and not null. */
  public boolean has(String key) {
    return attributes().has(key);
  }

  /** A text attribute. */
  public String text(String key) {
    return attributes().text(key);
  }

  /** A number attribute. */
  public double number(String key) {
    return attributes().number(key);
  }

  /** A number attribute, or what is said otherwise. */
  public double number(String key, double otherwise) {
    return attributes().number(key, otherwise);
  }

  /** A whole-number attribute. */
  public int integer(String key) {
    return attributes().integer(key);
  }

  /** A whole-number attribute, or what is said otherwise. */
  public int integer(String key, int otherwise) {
    return attributes().integer(key, otherwise);
  }

  /** A truth attribute; false when missing. */
  public boolean flag(String key) {
    return attributes().flag(key);
  }

  /** A list attribute; empty when missing. */
  public int[] ints(String key) {
    return attributes().ints(key);
  }

  /** A list attribute. */
  public long[] longs(String key) {
    return attributes().longs(key);
  }

  String onlyOutput() {
    if (source.outputs().size() != 1) {
      throw new FormatException(
          "Case "
              + source.id()
              + " wants "
              + source.outputs().size()
              + " results, "
              + source.op()
              + " has one");
    }
    return source.outputs().get(0).of();
  }
}
