package dev.gatun.nn.text;

import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonEncodingException;
import com.squareup.moshi.JsonReader;
import com.squareup.moshi.JsonWriter;
import dev.gatun.nn.StateDictException;
import dev.gatun.nn.format.SafeTensors;
import dev.gatun.nn.format.SafeTensorsFile;
import dev.gatun.nn.train.Checkpoint;
import dev.gatun.tensor.FormatException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import okio.Buffer;

/**
 * A trained {@link Gpt} with its vocabulary, in a folder of {@code config.json} (the sizes), {@code
 * vocabulary.json} (the characters) and {@code model.safetensors} (the weights). Thread-safe for
 * generation.
 *
 * @param gpt the network
 * @param characters what its tokens mean
 */
public record LanguageModel(Gpt gpt, Characters characters) implements AutoCloseable {
  private static final String CONFIG = "config.json";
  private static final String VOCABULARY = "vocabulary.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final String TYPE = "gatun-gpt";
  private static final long MAX_JSON = 16 << 20;

  /** Refuses a vocabulary of another size than the network's. */
  public LanguageModel {
    if (gpt.config().vocabulary() != characters.size()) {
      throw new IllegalArgumentException(
          "The network has "
              + gpt.config().vocabulary()
              + " tokens, the vocabulary "
              + characters.size());
    }
  }

  // ---- The folder -----------------------------------------------------------------------------

  /**
   * Writes the folder, which is made where it is missing.
   *
   * @throws UncheckedIOException when writing fails
   */
  public void save(Path folder) {
    GptConfig c = gpt.config();
    try {
      Files.createDirectories(folder);
      Buffer config = new Buffer();
      try (JsonWriter w = JsonWriter.of(config)) {
        w.setIndent("  ");
        w.beginObject().name("model_type").value(TYPE);
        w.name("vocabulary").value(c.vocabulary()).name("context").value(c.context());
        w.name("width").value(c.width()).name("heads").value(c.heads());
        w.name("layers").value(c.layers()).endObject();
      }
      Buffer vocabulary = new Buffer();
      try (JsonWriter w = JsonWriter.of(vocabulary)) {
        w.beginObject().name("characters").value(characters.text()).endObject();
      }
      Checkpoint.save(gpt, folder.resolve(WEIGHTS));
      write(folder.resolve(VOCABULARY), vocabulary);
      write(folder.resolve(CONFIG), config);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + folder + ": " + e, e);
    }
  }

  private static void write(Path file, Buffer text) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.write(part, text.readByteArray());
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Reads a folder that {@link #save} wrote.
   *
   * @throws FormatException when a file is missing, damaged or does not fit the others; in one
   *     sentence that names it
   * @throws UncheckedIOException when reading fails
   */
  public static LanguageModel load(Path folder) {
    try {
      Map<String, Object> sizes = json(folder.resolve(CONFIG));
      if (!TYPE.equals(sizes.get("model_type"))) {
        throw new FormatException(
            folder.resolve(CONFIG)
                + " is not of a model of Gatun: expected the model_type "
                + TYPE
                + ", got "
                + sizes.get("model_type"));
      }
      GptConfig config = config(folder, sizes);
      Characters characters = characters(folder);
      if (characters.size() != config.vocabulary()) {
        throw new FormatException(
            folder.resolve(VOCABULARY)
                + " has "
                + characters.size()
                + " characters, but "
                + CONFIG
                + " says "
                + config.vocabulary());
      }
      return new LanguageModel(weights(folder, config), characters);
    } catch (NoSuchFileException e) {
      throw new FormatException(
          "The folder "
              + folder
              + " is no model: it has no "
              + Path.of(String.valueOf(e.getFile())).getFileName(),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + folder + ": " + e, e);
    }
  }

  private static GptConfig config(Path folder, Map<String, Object> sizes) {
    try {
      return new GptConfig(
          size(sizes, "vocabulary"),
          size(sizes, "context"),
          size(sizes, "width"),
          size(sizes, "heads"),
          size(sizes, "layers"));
    } catch (IllegalArgumentException e) {
      throw new FormatException(folder.resolve(CONFIG) + ": " + e.getMessage(), e);
    }
  }

  private static int size(Map<String, Object> sizes, String name) {
    if (sizes.get(name) instanceof Double d && d == Math.rint(d) && Math.abs(d) < 1e9) {
      return d.intValue();
    }
    throw new IllegalArgumentException(name + " must be a whole number, got " + sizes.get(name));
  }

  private static Characters characters(Path folder) throws IOException {
    Path file = folder.resolve(VOCABULARY);
    if (!(json(file).get("characters") instanceof String text)) {
      throw new FormatException(file + " has no text \"characters\"");
    }
    try {
      return new Characters(text);
    } catch (IllegalArgumentException e) {
      throw new FormatException(file + ": " + e.getMessage(), e);
    }
  }

  private static Gpt weights(Path folder, GptConfig config) throws IOException {
    Path file = folder.resolve(WEIGHTS);
    // Before memory is taken for what the sizes promise.
    SafeTensorsFile open = SafeTensors.open(file);
    long held = open.names().stream().mapToLong(n -> open.shape(n).numel()).sum();
    if (held != config.parameters()) {
      throw new FormatException(
          file
              + " has "
              + held
              + " numbers, but a network of the sizes in "
              + CONFIG
              + " has "
              + config.parameters());
    }
    Gpt gpt = new Gpt(config);
    try {
      Checkpoint.load(gpt, file);
      gpt.eval();
      return gpt;
    } catch (StateDictException e) {
      gpt.close();
      throw new FormatException(
          file + " is not of a network of the sizes in " + CONFIG + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      gpt.close();
      throw e;
    }
  }

  /** The members of an object that are texts or numbers. */
  private static Map<String, Object> json(Path file) throws IOException {
    if (Files.size(file) > MAX_JSON) {
      throw new FormatException(file + " is larger than " + MAX_JSON + " bytes");
    }
    Map<String, Object> members = new HashMap<>();
    try (JsonReader r = JsonReader.of(new Buffer().write(Files.readAllBytes(file)))) {
      r.beginObject();
      while (r.hasNext()) {
        String name = r.nextName();
        switch (r.peek()) {
          case STRING -> members.put(name, r.nextString());
          case NUMBER -> members.put(name, r.nextDouble());
          default -> r.skipValue();
        }
      }
      r.endObject();
      return members;
    } catch (JsonDataException | JsonEncodingException | EOFException e) {
      throw new FormatException(file + " is not a JSON object", e);
    }
  }

  // ---- Generation -----------------------------------------------------------------------------

  /** Begins to continue a text; the last tokens of one that is longer than the context count. */
  public Generation continuing(String prompt, Sampler sampler) {
    int[] tokens = characters.encode(prompt);
    // A network sees at least one token: nothing is continued like a new line, or the first one.
    int[] newLine = characters.encode("\n");
    int[] some = tokens.length > 0 ? tokens : newLine.length > 0 ? newLine : new int[1];
    return new Generation(some, tokens.length, sampler);
  }

  /**
   * A text that grows token by token. When the context is full, its later half stays and is read
   * anew. Thread-safe: steps wait for each other, and {@link #close} for a step under way.
   */
  public final class Generation implements AutoCloseable {
    private final Sampler sampler;
    private final Gpt.Cache cache = gpt.cache();
    private final int prompt;
    private int[] seen;
    private int[] pending;
    private boolean closed;

    private Generation(int[] tokens, int prompt, Sampler sampler) {
      this.sampler = sampler;
      this.prompt = prompt;
      int context = gpt.config().context();
      pending =
          tokens.length <= context
              ? tokens
              : Arrays.copyOfRange(tokens, tokens.length - context, tokens.length);
      seen = new int[0];
    }

    /** The number of the prompt's tokens. */
    public int promptTokens() {
      return prompt;
    }

    /**
     * The next token's text.
     *
     * @throws IllegalStateException when it is closed
     */
    public synchronized String next() {
      if (closed) {
        throw new IllegalStateException("The generation is closed");
      }
      int context = gpt.config().context();
      if (cache.length() + pending.length > context) {
        cache.clear();
        int[] all = join(seen, pending);
        pending = Arrays.copyOfRange(all, all.length - Math.max(1, context / 2), all.length);
        seen = new int[0];
      }
      int token = sampler.next(gpt.next(pending, cache));
      seen = join(seen, pending);
      pending = new int[] {token};
      return characters.decode(token);
    }

    private static int[] join(int[] a, int[] b) {
      int[] all = Arrays.copyOf(a, a.length + b.length);
      System.arraycopy(b, 0, all, a.length, b.length);
      return all;
    }

    @Override
    public synchronized void close() {
      closed = true;
      cache.close();
    }
  }

  /** Frees the network. */
  @Override
  public void close() {
    gpt.close();
  }
}
