package dev.gatun.ai.catalog;

import dev.gatun.ai.Capability;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.Task;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ModelInfo;
import dev.gatun.ai.spi.Prices;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Models by name, from JSON files. The shipped one has a date and a source; a file of your own
 * replaces and adds models. Immutable and thread-safe.
 *
 * @param date when the shipped file was made
 * @param models the models, in the order of the files
 */
public record Catalog(LocalDate date, Map<ModelRef, ModelInfo> models) {
  private static final String SHIPPED = "/dev/gatun/ai/catalog/models.json";
  private static final long MAX_FILE = 16 << 20;
  private static final Pattern VERSION =
      Pattern.compile("(?:[-@]20\\d{6}|-20\\d\\d-\\d\\d-\\d\\d|-\\d{3}|-latest)$");

  /** Copies the map. */
  public Catalog {
    models = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(models));
  }

  /** Read when first asked for, and once: every provider's builder asks. */
  private static final class Shipped {
    static final Catalog CATALOG = read();
  }

  /** The catalog that comes with Gatun. */
  public static Catalog shipped() {
    return Shipped.CATALOG;
  }

  private static Catalog read() {
    try (InputStream in = Catalog.class.getResourceAsStream(SHIPPED)) {
      if (in == null) {
        throw new IllegalStateException("The jar lacks " + SHIPPED);
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), SHIPPED);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * This catalog with the models of a file in the same format, which replace those of equal name.
   *
   * @throws IllegalArgumentException when the file is not in the format; the message says where
   * @throws UncheckedIOException when it cannot be read
   */
  public Catalog with(Path file) {
    try {
      if (Files.size(file) > MAX_FILE) {
        throw new IllegalArgumentException(file + " is larger than " + MAX_FILE + " bytes");
      }
      Map<ModelRef, ModelInfo> all = new LinkedHashMap<>(models);
      all.putAll(parse(Files.readString(file), file.toString()).models());
      return new Catalog(date, all);
    } catch (IOException e) {
      throw new UncheckedIOException("The catalog " + file + " cannot be read", e);
    }
  }

  /** The models of a provider, in their order. */
  public List<ModelInfo> of(String provider) {
    return models.values().stream().filter(m -> m.ref().provider().equals(provider)).toList();
  }

  /**
   * What is known of a model. A version of a model, which its maker names by a date or a number
   * ({@code gpt-5.6-sol-2026-07-09}, {@code claude-opus-5-20260724}, {@code gemini-3.8-flash-001},
   * {@code -latest}), is the model itself where it is not listed on its own.
   */
  public Optional<ModelInfo> find(ModelRef ref) {
    return find(models.values(), ref);
  }

  /** The same among some models. */
  public static Optional<ModelInfo> find(Collection<ModelInfo> models, ModelRef ref) {
    Optional<ModelInfo> listed = listed(models, ref);
    if (listed.isPresent()) {
      return listed;
    }
    Matcher m = VERSION.matcher(ref.model());
    if (!m.find() || m.start() == 0) {
      return listed;
    }
    return listed(models, new ModelRef(ref.provider(), ref.model().substring(0, m.start())))
        .map(x -> x.named(ref));
  }

  private static Optional<ModelInfo> listed(Collection<ModelInfo> models, ModelRef ref) {
    for (ModelInfo m : models) {
      if (m.ref().equals(ref)) {
        return Optional.of(m);
      }
    }
    return Optional.empty();
  }

  private static Catalog parse(String text, String where) {
    try {
      if (!(Json.parse(text) instanceof Json.Obj o) || o.integer("version").orElse(0) != 1) {
        throw new IllegalArgumentException("it is not a JSON object of version 1");
      }
      Map<ModelRef, ModelInfo> models = new LinkedHashMap<>();
      for (Json j : o.array("models")) {
        if (!(j instanceof Json.Obj m)) {
          throw new IllegalArgumentException("a model is not an object");
        }
        ModelInfo info = model(m);
        models.put(info.ref(), info);
      }
      return new Catalog(date(o, "date"), models);
    } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
      throw new IllegalArgumentException("The catalog " + where + ": " + e.getMessage(), e);
    }
  }

  private static ModelInfo model(Json.Obj m) {
    ModelRef ref =
        ModelRef.parse(
            m.string("model")
                .orElseThrow(() -> new IllegalArgumentException("a model has no \"model\"")));
    try {
      Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
      for (Json c : m.array("capabilities")) {
        capabilities.add(capability(c));
      }
      Map<Task, Double> quality = new HashMap<>();
      for (Map.Entry<String, Json> e : m.object("quality").members().entrySet()) {
        double value = e.getValue() instanceof Json.Num n ? n.decimal().doubleValue() : Double.NaN;
        if (!(value >= 0 && value <= 1)) {
          throw new IllegalArgumentException("quality of " + e.getKey() + " is not from 0 to 1");
        }
        quality.put(Task.of(e.getKey()), value);
      }
      return new ModelInfo(
          ref, capabilities, size(m, "context"), size(m, "max_output"), quality, prices(m));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(ref + ": " + e.getMessage(), e);
    }
  }

  private static Capability capability(Json json) {
    if (json instanceof Json.Str s) {
      for (Capability c : Capability.values()) {
        if (c.name().toLowerCase(Locale.ROOT).equals(s.value())) {
          return c;
        }
      }
    }
    throw new IllegalArgumentException("there is no capability " + json);
  }

  private static long size(Json.Obj m, String name) {
    long value = m.integer(name).orElse(0);
    if (value < 1) {
      throw new IllegalArgumentException("\"" + name + "\" is not a whole number from 1 on");
    }
    return value;
  }

  private static LocalDate date(Json.Obj o, String name) {
    return LocalDate.parse(
        o.string(name)
            .orElseThrow(() -> new IllegalArgumentException("there is no \"" + name + "\"")));
  }

  private static Optional<Prices> prices(Json.Obj m) {
    if (m.get("prices").isEmpty()) {
      return Optional.empty();
    }
    Json.Obj p = m.object("prices");
    List<Prices.Tier> tiers = new ArrayList<>();
    for (Json j : p.array("tiers")) {
      if (!(j instanceof Json.Obj t)) {
        throw new IllegalArgumentException("a price tier is not an object");
      }
      long input = rate(t, "input", 6, Optional.empty());
      long output = rate(t, "output", 6, Optional.empty());
      long write = rate(t, "cache_write_5m", 6, Optional.of(input));
      tiers.add(
          new Prices.Tier(
              t.integer("from").orElse(0),
              input,
              rate(t, "cache_read", 6, Optional.of(input)),
              write,
              rate(t, "cache_write_1h", 6, Optional.of(write)),
              output,
              rate(t, "reasoning", 6, Optional.of(output)),
              rate(t, "search", 12, Optional.of(0L)),
              rate(t, "request", 12, Optional.of(0L))));
    }
    return Optional.of(new Prices(date(p, "since"), tiers));
  }

  /** Dollars a million tokens, or dollars singly, in pico-dollars each: exactly. */
  private static long rate(Json.Obj tier, String name, int digits, Optional<Long> missing) {
    if (!(tier.members().get(name) instanceof Json.Num n)) {
      return missing.orElseThrow(
          () -> new IllegalArgumentException("a price tier has no number \"" + name + "\""));
    }
    BigDecimal value = n.decimal();
    if (value.signum() < 0 || value.precision() - value.scale() > 7) {
      throw new IllegalArgumentException("\"" + name + "\" is not a price: " + n);
    }
    return value.movePointRight(digits).longValueExact();
  }
}
