package dev.gatun.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Visits the parts of a model. */
final class Walk {
  private Walk() {}

  /** A model and its parts by dotted name, depth first in order of declaration. */
  static void models(String name, Model model, Map<String, Model> out) {
    out.put(name, model);
    String prefix = name.isEmpty() ? "" : name + ".";
    Members.of(model).children().forEach((key, child) -> models(prefix + key, child, out));
  }

  /** All slots by dotted name. */
  static Map<String, Slot> slots(Model model) {
    var out = new LinkedHashMap<String, Slot>();
    slots("", model, out);
    return out;
  }

  private static void slots(String prefix, Model model, Map<String, Slot> out) {
    Members members = Members.of(model);
    members.slots().forEach((name, slot) -> out.put(prefix + name, slot));
    members.children().forEach((name, child) -> slots(prefix + name + ".", child, out));
  }

  static <S extends Slot> Map<String, S> only(Map<String, Slot> slots, Class<S> kind) {
    var out = new LinkedHashMap<String, S>();
    slots.forEach((name, slot) -> {
      if (kind.isInstance(slot)) {
        out.put(name, kind.cast(slot));
      }
    });
    return out;
  }

  static <S extends Slot> List<S> distinct(Map<String, Slot> slots, Class<S> kind) {
    var seen = Collections.newSetFromMap(new IdentityHashMap<S, Boolean>());
    var out = new ArrayList<S>();
    for (S slot : only(slots, kind).values()) {
      if (seen.add(slot)) {
        out.add(slot);
      }
    }
    return out;
  }

  static void mode(Model model, boolean training) {
    if (model instanceof Modal modal) {
      modal.training(training);
    }
    Members.of(model).children().values().forEach(child -> mode(child, training));
  }
}
