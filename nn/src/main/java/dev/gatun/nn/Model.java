package dev.gatun.nn;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * Something made of named tensors and parts. A class states its members once, in {@link #members};
 * all else here follows from that:
 *
 * <pre>{@code
 * final class Net implements Layer, Model {
 *   private final Conv2d conv = new Conv2d(1, 16, 3);
 *   private final Linear head = new Linear(16, 10);
 *
 *   public void members(Members m) {
 *     m.child("conv", conv).child("head", head);
 *   }
 *
 *   public Tensor forward(Tensor x) {
 *     return head.forward(conv.forward(x).relu().mean(2, 3));
 *   }
 * }
 * }</pre>
 *
 * <p>Names are dotted as in PyTorch, for example {@code conv.weight}. A model owns its tensors:
 * {@link #close()} frees them. Not thread-safe, but for the forward pass of a model in evaluation.
 */
public interface Model extends AutoCloseable {

  /** Names the parameters, buffers and parts of this model, in order. None by default. */
  default void members(Members members) {}

  /** All parameters, each once, the model's own before those of its parts. */
  default List<Parameter> parameters() {
    return Walk.distinct(Walk.slots(this), Parameter.class);
  }

  /** All parameters by dotted name; shared ones appear under each name. */
  default Map<String, Parameter> namedParameters() {
    return Walk.only(Walk.slots(this), Parameter.class);
  }

  /** All buffers by dotted name. */
  default Map<String, Buffer> namedBuffers() {
    return Walk.only(Walk.slots(this), Buffer.class);
  }

  /** This model under the empty name, and all parts by dotted name. */
  default Map<String, Model> namedModels() {
    var out = new LinkedHashMap<String, Model>();
    Walk.models("", this, out);
    return out;
  }

  /** The number of trainable numbers. */
  default long parameterCount() {
    return parameters().stream().mapToLong(p -> p.tensor().numel()).sum();
  }

  /** The tensors by dotted name, parameters and buffers: the live ones, not copies. */
  default Map<String, Tensor> stateDict() {
    var out = new LinkedHashMap<String, Tensor>();
    Walk.slots(this).forEach((name, slot) -> out.put(name, slot.tensor()));
    return out;
  }

  /**
   * Copies values into the tensors of this model, converted to their dtype and device.
   *
   * @throws StateDictException that lists every missing, unexpected and wrongly shaped key; nothing
   *     has been changed then
   */
  default void loadStateDict(Map<String, Tensor> state) {
    Map<String, Slot> slots = Walk.slots(this);
    var problems = new ArrayList<String>();
    var missing = new TreeSet<>(slots.keySet());
    missing.removeAll(state.keySet());
    if (!missing.isEmpty()) {
      problems.add("missing keys: " + String.join(", ", missing));
    }
    var unexpected = new TreeSet<>(state.keySet());
    unexpected.removeAll(slots.keySet());
    if (!unexpected.isEmpty()) {
      problems.add("unexpected keys: " + String.join(", ", unexpected));
    }
    var shapes = new ArrayList<String>();
    slots.forEach((name, slot) -> {
      Tensor t = state.get(name);
      if (t != null && !t.shape().equals(slot.shape())) {
        shapes.add(name + " (expected " + slot.shape() + ", got " + t.shape() + ")");
      }
    });
    if (!shapes.isEmpty()) {
      problems.add("wrong shapes: " + String.join(", ", shapes));
    }
    if (!problems.isEmpty()) {
      throw new StateDictException(
          "The state dict does not fit the model; " + String.join("; ", problems));
    }
    slots.forEach((name, slot) -> slot.assign(Objects.requireNonNull(state.get(name))));
  }

  /** Switches all parts to training. */
  default void train() {
    Walk.mode(this, true);
  }

  /** Switches all parts to evaluation. */
  default void eval() {
    Walk.mode(this, false);
  }

  /** Moves all tensors to a device. */
  default void to(Device device) {
    Walk.slots(this).values().forEach(slot -> slot.to(device));
  }

  /** Converts all float tensors. */
  default void to(DType dtype) {
    Walk.slots(this).values().stream()
        .filter(slot -> slot.dtype().isFloat())
        .forEach(slot -> slot.to(dtype));
  }

  /** Frees all tensors. Idempotent. */
  @Override
  default void close() {
    Walk.slots(this).values().forEach(Slot::close);
  }
}
