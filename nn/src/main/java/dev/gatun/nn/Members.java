package dev.gatun.nn;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The named members of one model, in order: what {@link Model#members} fills in. Names are those of
 * PyTorch, so that checkpoints can be exchanged.
 */
public final class Members {
  private final Map<String, Slot> slots = new LinkedHashMap<>();
  private final Map<String, Model> children = new LinkedHashMap<>();

  Members() {}

  static Members of(Model model) {
    var m = new Members();
    model.members(m);
    return m;
  }

  /** Adds a parameter; null (a layer without a bias, say) adds nothing. */
  public Members parameter(String name, @Nullable Parameter parameter) {
    return slot(name, parameter);
  }

  /** Adds a buffer: a tensor that belongs to the state but is not trained; null adds nothing. */
  public Members buffer(String name, @Nullable Buffer buffer) {
    return slot(name, buffer);
  }

  private Members slot(String name, @Nullable Slot slot) {
    if (slot != null) {
      unique(name, slots.put(name, slot));
    }
    return this;
  }

  /** Adds a part that is a model itself; null adds nothing. */
  public Members child(String name, @Nullable Model child) {
    if (child != null) {
      unique(name, children.put(name, child));
    }
    return this;
  }

  /** Adds a layer if it is a model, too: one without tensors and modes needs no place here. */
  public Members layer(String name, Layer layer) {
    return child(name, layer instanceof Model m ? m : null);
  }

  private static void unique(String name, @Nullable Object before) {
    if (before != null) {
      throw new IllegalArgumentException("A model has two members named '" + name + "'");
    }
  }

  Map<String, Slot> slots() {
    return slots;
  }

  Map<String, Model> children() {
    return children;
  }
}
