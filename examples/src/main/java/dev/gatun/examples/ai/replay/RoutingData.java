package dev.gatun.examples.ai.replay;

import dev.gatun.ai.ModelRef;
import dev.gatun.ai.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Questions, how well each model answered them, and what the models cost.
 *
 * @param name what to call the data
 * @param questions without duplicates, in the order of the files
 * @param prices dollars for a million tokens of prompt and of answer
 * @param duplicates how many questions were dropped because their text had come before
 */
record RoutingData(
    String name, List<Question> questions, Map<ModelRef, Price> prices, int duplicates) {
  static final String PROVIDER = "replay";

  /**
   * A question.
   *
   * @param text its text
   * @param group its subject or cluster
   * @param scores how well each model answered it, 0 to 1
   * @param place where its text's hash puts it, 0 to 1: the split
   */
  record Question(String text, String group, Map<ModelRef, Double> scores, double place) {}

  record Price(double input, double output) {}

  /** Reads a folder: JSON lists of scored questions with prices.json, or RouteLLM's CSV files. */
  static RoutingData read(Path folder) throws IOException {
    return Files.exists(folder.resolve("prices.json")) ? scored(folder) : compared(folder);
  }

  private static RoutingData scored(Path folder) throws IOException {
    Map<ModelRef, Price> prices = new TreeMap<>();
    object(folder.resolve("prices.json"))
        .members()
        .forEach((name, v) -> {
          Json.Obj o = (Json.Obj) v;
          if (o.number("input_price").isPresent() && o.number("output_price").isPresent()) {
            prices.put(
                new ModelRef(PROVIDER, name),
                new Price(
                    o.number("input_price").getAsDouble(), o.number("output_price").getAsDouble()));
          }
        });
    Collector questions = new Collector();
    for (String file : List.of("train.json", "test.json")) {
      Path path = folder.resolve(file);
      if (!(Json.parse(Files.readString(path)) instanceof Json.Arr list)) {
        throw new IOException(path + " is no JSON array");
      }
      for (Json j : list.elements()) {
        Json.Obj o = (Json.Obj) j;
        Map<ModelRef, Double> scores = new TreeMap<>();
        o.object("scores")
            .members()
            .forEach((m, s) -> {
              if (s instanceof Json.Num n && prices.containsKey(new ModelRef(PROVIDER, m))) {
                scores.put(new ModelRef(PROVIDER, m), n.decimal().doubleValue());
              }
            });
        questions.add(
            o.string("question").orElse(""),
            "cluster " + o.integer("cluster_id").orElse(-1),
            scores);
      }
    }
    Map<ModelRef, Price> used = new TreeMap<>();
    questions.list.getFirst().scores().keySet().forEach(m -> used.put(m, prices.get(m)));
    return new RoutingData(
        String.valueOf(folder.getFileName()), questions.list, used, questions.duplicates);
  }

  /** The list prices of November 2023, of the two models that the files compare. */
  private static final Map<String, Price> COMPARED =
      Map.of(
          "gpt-4-1106-preview", new Price(10, 30),
          "mistralai/Mixtral-8x7B-Instruct-v0.1", new Price(0.24, 0.24));

  private static RoutingData compared(Path folder) throws IOException {
    Collector questions = new Collector();
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(f -> f.toString().endsWith(".csv")).sorted().toList();
    }
    if (files.isEmpty()) {
      throw new IOException(folder + " has neither prices.json nor CSV files");
    }
    for (Path file : files) {
      List<List<String>> rows = csv(Files.readString(file));
      List<String> head = rows.getFirst();
      String group = file.getFileName().toString().replace("mmlu_", "").replace(".csv", "");
      for (List<String> row : rows.subList(1, rows.size())) {
        Map<ModelRef, Double> scores = new TreeMap<>();
        for (int c = 0; c < row.size(); c++) {
          if (COMPARED.containsKey(head.get(c))) {
            scores.put(
                new ModelRef(PROVIDER, head.get(c)),
                row.get(c).equalsIgnoreCase("true") || row.get(c).equals("1") ? 1.0 : 0.0);
          }
        }
        questions.add(row.get(head.indexOf("prompt")), group, scores);
      }
    }
    Map<ModelRef, Price> prices = new TreeMap<>();
    COMPARED.forEach((m, p) -> prices.put(new ModelRef(PROVIDER, m), p));
    return new RoutingData(
        String.valueOf(folder.getFileName()), questions.list, prices, questions.duplicates);
  }

  private static final class Collector {
    final List<Question> list = new ArrayList<>();
    private final Map<String, Boolean> seen = new LinkedHashMap<>();
    int duplicates;

    void add(String text, String group, Map<ModelRef, Double> scores) {
      String normal = text.toLowerCase(Locale.ROOT).replaceAll("\\s+", " ").strip();
      if (seen.putIfAbsent(normal, true) != null) {
        duplicates++;
      } else {
        list.add(new Question(text, group, Map.copyOf(scores), place(normal)));
      }
    }
  }

  /** The first 53 bits of the text's SHA-256, as a number from 0 to 1. */
  static double place(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return (java.nio.ByteBuffer.wrap(hash).getLong() >>> 11) * 0x1p-53;
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every JDK has SHA-256", e);
    }
  }

  /** Comma-separated values with quotes (RFC 4180). */
  static List<List<String>> csv(String text) {
    List<List<String>> rows = new ArrayList<>();
    List<String> row = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted) {
        if (c != '"') {
          field.append(c);
        } else if (i + 1 < text.length() && text.charAt(i + 1) == '"') {
          field.append('"');
          i++;
        } else {
          quoted = false;
        }
      } else if (c == '"') {
        quoted = true;
      } else if (c == ',' || c == '\n') {
        row.add(field.toString().replace("\r", ""));
        field.setLength(0);
        if (c == '\n') {
          rows.add(row);
          row = new ArrayList<>();
        }
      } else {
        field.append(c);
      }
    }
    if (!row.isEmpty() || !field.isEmpty()) {
      row.add(field.toString());
      rows.add(row);
    }
    return rows;
  }

  private static Json.Obj object(Path path) throws IOException {
    return Json.parse(Files.readString(path)) instanceof Json.Obj o ? o : Json.Obj.EMPTY;
  }
}
