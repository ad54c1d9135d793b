package dev.gatun.gateway.train;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.chat.Fields;
import dev.gatun.gateway.http.Problem;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.DeviceException;
import dev.gatun.tensor.spi.BackendProvider;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A training as it was ordered.
 *
 * @param name what to call the model
 * @param dataset the id of an uploaded CSV file, or CSV itself
 * @param target the column to predict
 * @param ignored columns to leave out
 * @param classification else regression
 * @param network the layers
 * @param epochs passes over the training rows
 * @param batch rows of a step
 * @param learningRate of AdamW
 * @param weightDecay of AdamW
 * @param patience epochs without a better validation after which to stop; 0 to stop never
 * @param seed of the split, the order and the initial weights
 * @param validationSplit of the rows
 * @param device where to compute; empty for the default one
 */
record TrainSpec(
    String name,
    String dataset,
    String target,
    Set<String> ignored,
    boolean classification,
    Network network,
    int epochs,
    int batch,
    double learningRate,
    double weightDecay,
    int patience,
    long seed,
    double validationSplit,
    String device) {
  private static final Set<String> MEMBERS =
      Set.of(
          "name",
          "dataset",
          "target",
          "ignore",
          "task",
          "model",
          "epochs",
          "batch_size",
          "learning_rate",
          "weight_decay",
          "early_stopping",
          "seed",
          "validation_split",
          "device");

  private static final int MOST_EPOCHS = 2_000;
  private static final int LONGEST_CSV = 1 << 20;

  /** Whether the dataset is a file's id. */
  boolean fromFile() {
    return dataset.startsWith("file-") && dataset.indexOf('\n') < 0;
  }

  /**
   * Reads an order.
   *
   * @throws Problem 400 that names the field that is wrong
   */
  static TrainSpec read(Fields f) {
    known(f, MEMBERS);
    String dataset = f.text("dataset");
    if (!dataset.startsWith("file-") && dataset.indexOf('\n') < 0) {
      throw f.wrong("dataset", "the id of an uploaded file, or CSV with a header and rows");
    }
    if (dataset.length() > LONGEST_CSV) {
      throw Problem.field(
          f.at("dataset"),
          "CSV in the request may have " + LONGEST_CSV + " characters: upload it by /v1/files");
    }
    String task = f.text("task");
    if (!task.equals("classification") && !task.equals("regression")) {
      throw f.wrong("task", "classification or regression");
    }
    String target = f.text("target");
    Set<String> ignored = new LinkedHashSet<>(f.texts("ignore"));
    if (ignored.contains(target)) {
      throw f.wrong("ignore", "without the target");
    }
    return new TrainSpec(
        name(f, target),
        dataset,
        target,
        ignored,
        task.equals("classification"),
        f.object("model").map(Network::read).orElse(Network.NORMAL),
        integer(f, "epochs", 50, MOST_EPOCHS),
        integer(f, "batch_size", 32, 65_536),
        f.number("learning_rate", 1e-7, 10).orElse(1e-3),
        f.number("weight_decay", 0, 10).orElse(0.01),
        f.has("early_stopping") ? integer(f, "early_stopping", 0, MOST_EPOCHS) : 0,
        seed(f),
        f.number("validation_split", 0.01, 0.9).orElse(0.2),
        device(f));
  }

  private static String name(Fields f, String target) {
    String name = f.optionalText("name").orElse(target);
    if (!name.matches("[^\\p{Cntrl}]{1,200}")) {
      throw f.wrong("name", "1 to 200 characters");
    }
    return name;
  }

  private static long seed(Fields f) {
    if (!f.has("seed")) {
      return 0;
    }
    var value = f.object().integer("seed");
    if (value.isEmpty()) {
      throw f.wrong("seed", "a whole number");
    }
    return value.getAsLong();
  }

  private static String device(Fields f) {
    Optional<String> name = f.optionalText("device");
    if (name.isEmpty()) {
      return "";
    }
    List<String> usable =
        Device.list().stream()
            .filter(BackendProvider.Found::usable)
            .map(d -> d.device().toString())
            .toList();
    try {
      String device = Device.of(name.get()).toString();
      if (usable.contains(device)) {
        return device;
      }
    } catch (DeviceException _) {
      // Said below.
    }
    throw f.wrong("device", "one of " + usable);
  }

  static int integer(Fields f, String name, int normal, int most) {
    int value = f.integer(name, 1).orElse(normal);
    if (value > most) {
      throw f.wrong(name, "a whole number from 1 to " + most);
    }
    return value;
  }

  static void known(Fields f, Set<String> members) {
    for (String name : f.object().members().keySet()) {
      if (!members.contains(name)) {
        throw Problem.field(
            f.at(name),
            "'"
                + Table.clip(name)
                + "' is not known; known are "
                + members.stream().sorted().toList());
      }
    }
  }

  /**
   * A multi-layer perceptron.
   *
   * @param hidden the widths of its hidden layers
   * @param activation between them
   * @param dropout after each activation; 0 for none
   */
  record Network(List<Integer> hidden, String activation, double dropout) {
    static final Network NORMAL = new Network(List.of(64, 32), "relu", 0);
    private static final int MOST_LAYERS = 16;
    private static final int WIDEST = 4096;

    Network {
      hidden = List.copyOf(hidden);
    }

    static Network read(Fields f) {
      known(f, Set.of("hidden", "activation", "dropout"));
      String activation = f.optionalText("activation").orElse("relu");
      if (!Mlp.ACTIVATIONS.containsKey(activation)) {
        throw f.wrong(
            "activation", "one of " + Mlp.ACTIVATIONS.keySet().stream().sorted().toList());
      }
      return new Network(
          f.has("hidden") ? hidden(f) : NORMAL.hidden,
          activation,
          f.number("dropout", 0, 0.9).orElse(0));
    }

    private static List<Integer> hidden(Fields f) {
      List<Integer> out = new ArrayList<>();
      for (Json e : f.array("hidden")) {
        long v = e instanceof Json.Num n ? n.integer().orElse(0) : 0;
        if (v < 1 || v > WIDEST || out.size() == MOST_LAYERS) {
          throw f.wrong("hidden", "up to " + MOST_LAYERS + " whole numbers from 1 to " + WIDEST);
        }
        out.add((int) v);
      }
      return out;
    }

    Json.Obj json() {
      return Json.object()
          .put("hidden", new Json.Arr(hidden.stream().<Json>map(Json::of).toList()))
          .put("activation", activation)
          .put("dropout", dropout)
          .build();
    }
  }
}
