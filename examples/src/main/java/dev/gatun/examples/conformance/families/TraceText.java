package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Attributes;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.optim.OptimizerBuilder;
import dev.gatun.nn.optim.Schedule;
import dev.gatun.tensor.FormatException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the recorded trainings say in words. */
final class TraceText {
  /** A name and its value: {@code lr .05}, {@code lr: 0.1} or {@code betas (.9,.95)}. */
  private static final Pattern OPTION = Pattern.compile("\\b([a-z_]+):?\\s+(\\([^)]*\\)|[^\\s)]+)");

  private static final Pattern WARMUP =
      Pattern.compile("linear warmup start_factor (\\S+) over (\\d+) steps");

  private TraceText() {}

  /** An optimizer in PyTorch's print or in short: {@code AdamW lr .01 betas (.9,.95) wd .1}. */
  static OptimizerBuilder<?> optimizer(String text, List<Parameter> parameters) {
    Map<String, Object> options = new LinkedHashMap<>();
    Matcher m = OPTION.matcher(text);
    while (m.find()) {
      String name = m.group(1).equals("wd") ? "weight_decay" : m.group(1);
      options.put(name, value(m.group(2)));
    }
    return OptimizerCases.builder(
        text.strip().split("\\s", 2)[0], parameters, new Attributes(options));
  }

  /** A Python value; what is not a number, a tuple or a truth value stays text. */
  private static Object value(String text) {
    if (text.startsWith("(")) {
      return Arrays.stream(text.substring(1, text.length() - 1).split(","))
          .map(TraceText::value)
          .toList();
    }
    if (text.equals("True") || text.equals("False")) {
      return text.equals("True");
    }
    try {
      return Double.valueOf(text.strip());
    } catch (NumberFormatException _) {
      return text;
    }
  }

  /** A schedule; none for no text. */
  static Schedule schedule(String text) {
    if (text.isEmpty()) {
      return Schedule.none();
    }
    Matcher m = WARMUP.matcher(text);
    if (!m.matches()) {
      throw new FormatException("Unknown schedule '" + text + "'");
    }
    return Schedule.linear(Double.parseDouble(m.group(1)), 1, Long.parseLong(m.group(2)));
  }

  /** The number that follows a word, as in {@code momentum .1} or {@code pad1}. */
  static double numberAfter(String word, String text, double otherwise) {
    Matcher m = Pattern.compile("\\b" + word + " ?([-.\\de]+)").matcher(text);
    return m.find() ? Double.parseDouble(m.group(1)) : otherwise;
  }
}
