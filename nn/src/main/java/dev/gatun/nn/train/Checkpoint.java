package dev.gatun.nn.train;

import dev.gatun.nn.Model;
import dev.gatun.nn.format.SafeTensors;
import dev.gatun.nn.format.SafeTensorsFile;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Generator;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Models, and whole states of training, in safetensors files. Files are written whole or not at
 * all. The names of a model's tensors are PyTorch's.
 */
public final class Checkpoint {
  private static final String KIND = "gatun.kind";
  private static final String TRAINING = "training";
  private static final String MODEL = "model.";
  private static final String OPTIMIZER = "optimizer.";
  private static final String SEED = "gatun.rng.seed";
  private static final String OFFSET = "gatun.rng.offset";

  private Checkpoint() {}

  /**
   * Writes a model's parameters and buffers.
   *
   * @throws UncheckedIOException when writing fails; an older file is then untouched
   */
  public static void save(Model model, Path path) {
    try {
      SafeTensors.save(model.stateDict(), Map.of("format", "pt"), path);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + path + ": " + e, e);
    }
  }

  /**
   * Reads a model's parameters and buffers, also from the state of a training.
   *
   * @throws FormatException when the file is no valid safetensors file
   * @throws dev.gatun.nn.StateDictException when it has tensors of another model; lists all that
   *     differ
   * @throws UncheckedIOException when reading fails
   */
  public static void load(Model model, Path path) {
    SafeTensorsFile file = open(path);
    try (Scope _ = Scope.open()) {
      model.loadStateDict(tensors(file, isTraining(file) ? MODEL : ""));
    }
  }

  /**
   * Writes the whole state of a training: the model, the optimizer, the default random stream, and
   * what the caller adds.
   *
   * @param progress free text by free text, such as the number of the epoch
   * @throws UncheckedIOException when writing fails; an older file is then untouched
   */
  public static void saveTraining(
      Model model, Optimizer optimizer, Map<String, String> progress, Path path) {
    var tensors = new LinkedHashMap<String, Tensor>();
    var metadata = new LinkedHashMap<>(progress);
    metadata.put(KIND, TRAINING);
    metadata.put(SEED, Long.toString(Generator.defaultGenerator().seed()));
    metadata.put(OFFSET, Long.toString(Generator.defaultGenerator().offset()));
    try (Scope _ = Scope.open()) {
      model.stateDict().forEach((name, t) -> tensors.put(MODEL + name, t));
      optimizer.stateDict().forEach((name, t) -> tensors.put(OPTIMIZER + name, t));
      SafeTensors.save(tensors, metadata, path);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + path + ": " + e, e);
    }
  }

  /**
   * Restores what {@link #saveTraining} wrote, so that training goes on as if it had not stopped.
   *
   * @return the caller's part
   * @throws FormatException when the file is not the state of a training
   * @throws dev.gatun.nn.StateDictException when model or optimizer differ
   * @throws UncheckedIOException when reading fails
   */
  public static Map<String, String> loadTraining(Model model, Optimizer optimizer, Path path) {
    SafeTensorsFile file = open(path);
    var metadata = new LinkedHashMap<>(file.metadata());
    if (!isTraining(file)) {
      throw new FormatException(
          path
              + " has no state of a training: expected the metadata "
              + KIND
              + " = "
              + TRAINING
              + ", got "
              + metadata.get(KIND));
    }
    long seed = number(metadata, SEED, path);
    long offset = number(metadata, OFFSET, path);
    try (Scope _ = Scope.open()) {
      model.loadStateDict(tensors(file, MODEL));
      optimizer.loadStateDict(tensors(file, OPTIMIZER));
    }
    Generator.defaultGenerator().restore(seed, offset);
    metadata.remove(KIND);
    return metadata;
  }

  /**
   * True for the state of a training, as {@link #saveTraining} writes it; false for a model alone.
   *
   * @throws FormatException when the file is no valid safetensors file
   * @throws UncheckedIOException when reading fails
   */
  public static boolean isTraining(Path path) {
    return isTraining(open(path));
  }

  private static long number(Map<String, String> metadata, String key, Path path) {
    String text = metadata.remove(key);
    try {
      return Long.parseLong(text == null ? "" : text);
    } catch (NumberFormatException e) {
      throw new FormatException(
          path + " has no number in its metadata " + key + " but '" + text + "'", e);
    }
  }

  private static boolean isTraining(SafeTensorsFile file) {
    return TRAINING.equals(file.metadata().get(KIND));
  }

  private static SafeTensorsFile open(Path path) {
    try {
      return SafeTensors.open(path);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + path + ": " + e, e);
    }
  }

  private static Map<String, Tensor> tensors(SafeTensorsFile file, String prefix) {
    var out = new LinkedHashMap<String, Tensor>();
    for (String name : file.names()) {
      if (name.startsWith(prefix)) {
        out.put(name.substring(prefix.length()), file.tensor(name));
      }
    }
    return out;
  }
}
