package dev.gatun.nativelib;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code gatun.h} declares, read with no more than its own style takes. */
record Header(
    Map<String, Long> constants, Map<String, List<Variable>> structs, List<Function> functions) {

  /**
   * A field or parameter; length is 0 but for arrays. The type is without {@code const}, with its
   * {@code *}.
   */
  record Variable(String type, String name, long length) {}

  /** The declaration is as it stands, without the semicolon. */
  record Function(String returns, String name, List<Variable> parameters, String declaration) {
    /** As the method of {@link Abi} is called. */
    String javaName() {
      return camelCase(name.substring("gatun_".length()));
    }
  }

  static final Path FILE = Path.of("include", "gatun.h");

  static Header read() {
    try {
      return parse(Files.readString(FILE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Header parse(String text) {
    String code = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL).matcher(text).replaceAll(" ");

    var constants = new LinkedHashMap<String, Long>();
    Matcher define =
        Pattern.compile("^#define (GATUN_\\w+) +(-?\\d+) *$", Pattern.MULTILINE).matcher(code);
    while (define.find()) {
      constants.put(define.group(1), Long.valueOf(define.group(2)));
    }

    var structs = new LinkedHashMap<String, List<Variable>>();
    Matcher struct =
        Pattern.compile("typedef struct (\\w+) \\{(.*?)\\} \\1;", Pattern.DOTALL).matcher(code);
    while (struct.find()) {
      structs.put(struct.group(1), variables(struct.group(2).split(";"), constants));
    }

    var functions = new ArrayList<Function>();
    Matcher function =
        Pattern.compile("^GATUN_API\\s+([^;(]*?)\\b(gatun_\\w+)\\(([^)]*)\\);", Pattern.MULTILINE)
            .matcher(code);
    while (function.find()) {
      String parameters = function.group(3).strip();
      functions.add(
          new Function(
              type(function.group(1)),
              function.group(2),
              parameters.equals("void") ? List.of() : variables(parameters.split(","), constants),
              function
                  .group()
                  .replaceFirst("GATUN_API\\s+", "")
                  .replace(";", "")
                  .replaceAll("\\s+", " ")));
    }
    return new Header(constants, structs, functions);
  }

  private static List<Variable> variables(String[] declarations, Map<String, Long> constants) {
    var variables = new ArrayList<Variable>();
    for (String declaration : declarations) {
      if (declaration.isBlank()) {
        continue;
      }
      Matcher m =
          Pattern.compile("(.*?)(\\w+)(?:\\[(\\w+)\\])?")
              .matcher(declaration.strip().replaceAll("\\s+", " "));
      if (!m.matches()) {
        throw new IllegalStateException("not understood: " + declaration);
      }
      String length = m.group(3);
      variables.add(
          new Variable(
              type(m.group(1)),
              m.group(2),
              length == null
                  ? 0
                  : constants.containsKey(length)
                      ? constants.get(length)
                      : Long.parseLong(length)));
    }
    return variables;
  }

  private static String type(String type) {
    return type.replace("const ", "").replaceAll("\\s+", " ").strip();
  }

  static String camelCase(String snake) {
    return Pattern.compile("_(\\w)")
        .matcher(snake)
        .replaceAll(m -> m.group(1).toUpperCase(java.util.Locale.ROOT));
  }
}
