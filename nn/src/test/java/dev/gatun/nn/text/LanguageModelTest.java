package dev.gatun.nn.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.autograd.Tape;
import dev.gatun.nn.Init;
import dev.gatun.nn.loss.Losses;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LanguageModelTest {
  private static final String TEXT = "the lake lies between two seas, and ships pass it. ";

  private static final String ABSENT = "(no file)";

  @TempDir private Path folder;

  private static LanguageModel untrained() {
    Characters characters = Characters.of(TEXT);
    GptConfig config = new GptConfig(characters.size(), 16, 24, 3, 2);
    return new LanguageModel(Init.seeded(1, () -> new Gpt(config)), characters);
  }

  /** Logits of the last token by the whole forward pass. */
  private static float[] whole(Gpt gpt, int[] tokens) {
    try (Scope _ = Scope.open()) {
      Tensor all = gpt.forward(Tensor.of(tokens, Shape.of(1, tokens.length)));
      return all.select(1, tokens.length - 1L).toFloatArray();
    }
  }

  private static void close(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], within(2e-5f));
    }
  }

  @Test
  void theCacheChangesNothing() {
    try (LanguageModel model = untrained();
        Gpt.Cache cache = model.gpt().cache()) {
      int[] tokens = model.characters().encode("lies between two");
      // Some at once, then one, then some more: with and without what came before.
      int[] ends = {5, 6, 11, 12, 16};
      int from = 0;
      for (int end : ends) {
        float[] logits = model.gpt().next(Arrays.copyOfRange(tokens, from, end), cache);
        close(logits, whole(model.gpt(), Arrays.copyOf(tokens, end)));
        from = end;
      }
      assertThat(cache.length()).isEqualTo(16);
      assertThatThrownBy(() -> model.gpt().next(new int[] {1}, cache))
          .hasMessage("A step adds 1 to 0 tokens to the 16 of the cache, got 1");
      cache.clear();
      close(model.gpt().next(new int[] {3}, cache), whole(model.gpt(), new int[] {3}));
    }
  }

  @Test
  void enclosingScopesDoNotEndTheCache() {
    try (LanguageModel model = untrained();
        Gpt.Cache cache = model.gpt().cache()) {
      try (Scope _ = Scope.open()) {
        var _ = model.gpt().next(new int[] {1, 2}, cache);
      }
      close(model.gpt().next(new int[] {3}, cache), whole(model.gpt(), new int[] {1, 2, 3}));
    }
  }

  @Test
  void generationIsThatOfTheWholeForwardPass() {
    try (LanguageModel model = untrained()) {
      int[] prompt = model.characters().encode("ships");
      List<Integer> tokens = new ArrayList<>(IntStream.of(prompt).boxed().toList());
      StringBuilder expected = new StringBuilder();
      while (tokens.size() <= 16) {
        float[] logits = whole(model.gpt(), tokens.stream().mapToInt(i -> i).toArray());
        int token = new Sampler(0, 1, 0).next(logits);
        expected.append(model.characters().decode(token));
        tokens.add(token);
      }
      StringBuilder text = new StringBuilder();
      try (var generation = model.continuing("ships", new Sampler(0, 1, 0))) {
        assertThat(generation.promptTokens()).isEqualTo(5);
        for (int i = 0; i < expected.length(); i++) {
          text.append(generation.next());
        }
        assertThat(text).hasToString(expected.toString());
        // And goes on where the context is full, by its later half.
        int[] half = tokens.stream().mapToInt(i -> i).skip(17 - 8).toArray();
        int next = new Sampler(0, 1, 0).next(whole(model.gpt(), half));
        assertThat(generation.next()).isEqualTo(model.characters().decode(next));
        for (int i = 0; i < 40; i++) {
          assertThat(generation.next()).hasSize(1);
        }
      }
    }
  }

  @Test
  void promptsOfEveryLengthAreContinued() {
    try (LanguageModel model = untrained()) {
      for (String prompt : List.of("", "ÄÖÜ", "t", TEXT.repeat(20))) {
        try (var generation = model.continuing(prompt, new Sampler(1, 0.9, 5))) {
          assertThat(generation.promptTokens()).isEqualTo(model.characters().encode(prompt).length);
          for (int i = 0; i < 20; i++) {
            assertThat(TEXT).contains(generation.next());
          }
        }
      }
      var closed = model.continuing("a", new Sampler(1, 1, 5));
      closed.close();
      assertThatThrownBy(closed::next).hasMessage("The generation is closed");
    }
  }

  @Test
  void itLearnsATextAndItsFolderBringsItBack() throws IOException {
    Characters characters = Characters.of(TEXT);
    GptConfig config = new GptConfig(characters.size(), 32, 32, 2, 2);
    int[] all = characters.encode(TEXT.repeat(4));
    String first;
    try (Gpt gpt = Init.seeded(7, () -> new Gpt(config));
        Optimizer optimizer = AdamW.of(gpt.parameters()).learningRate(3e-3).build()) {
      assertThat(gpt.parameterCount()).isEqualTo(config.parameters());
      assertThat(gpt.stateDict())
          .containsKeys("transformer.wte.weight", "transformer.h.1.attn.c_attn.bias");
      double loss = Double.NaN;
      for (int step = 0; step < 400; step++) {
        int[] x = new int[8 * 32];
        int[] y = new int[8 * 32];
        for (int row = 0; row < 8; row++) {
          int from = (step * 13 + row * 7) % TEXT.length();
          System.arraycopy(all, from, x, row * 32, 32);
          System.arraycopy(all, from + 1, y, row * 32, 32);
        }
        try (Scope _ = Scope.open();
            Tape tape = Tape.record()) {
          Tensor logits = gpt.forward(Tensor.of(x, Shape.of(8, 32)));
          Tensor l = Losses.crossEntropy(logits.flatten(0, 1), Tensor.of(y));
          loss = l.item();
          optimizer.step(tape.gradients(l));
        }
      }
      assertThat(loss).isLessThan(0.3); // ln 17 = 2.8 at first
      LanguageModel trained = new LanguageModel(gpt, characters);
      first = generate(trained, "the lake lies", 30);
      assertThat(TEXT.repeat(2)).contains("the lake lies" + first.substring(0, 12));
      trained.save(folder.resolve("m"));
    }
    assertThat(folder.resolve("m"))
        .isDirectoryContaining(f -> f.endsWith("config.json"))
        .isDirectoryContaining(f -> f.endsWith("vocabulary.json"))
        .isDirectoryContaining(f -> f.endsWith("model.safetensors"));
    try (LanguageModel again = LanguageModel.load(folder.resolve("m"))) {
      assertThat(again.characters()).isEqualTo(characters);
      assertThat(again.gpt().config()).isEqualTo(config);
      assertThat(generate(again, "the lake lies", 30)).isEqualTo(first);
    }
  }

  private static String generate(LanguageModel model, String prompt, int tokens) {
    StringBuilder text = new StringBuilder();
    try (var generation = model.continuing(prompt, new Sampler(0, 1, 0))) {
      for (int i = 0; i < tokens; i++) {
        text.append(generation.next());
      }
    }
    return text.toString();
  }

  @Test
  void damagedFoldersAreToldInOneSentence() throws IOException {
    Path m = folder.resolve("m");
    try (LanguageModel model = untrained()) {
      model.save(m);
    }
    damaged(m, "config.json", ABSENT, "The folder " + m + " is no model: it has no config.json");
    damaged(m, "config.json", "{\"width\":", "config.json is not a JSON object");
    damaged(m, "config.json", "[1]", "config.json is not a JSON object");
    damaged(m, "config.json", "{\"model_type\":\"gpt2\"}", "expected the model_type gatun-gpt");
    String sizes =
        "{\"model_type\":\"gatun-gpt\",\"vocabulary\":17,\"context\":16,\"width\":24,\"heads\":3,\"layers\":";
    damaged(m, "config.json", sizes + "\"two\"}", "layers must be a whole number, got two");
    damaged(m, "config.json", sizes + "2000000}", "layers must be from 1 to 1024, got 2000000");
    damaged(m, "config.json", sizes + "1000}", "but a network of the sizes in config.json has");
    damaged(m, "vocabulary.json", ABSENT, "it has no vocabulary.json");
    damaged(m, "vocabulary.json", "{\"characters\":\"aab\"}", "has each character once");
    damaged(m, "vocabulary.json", "{\"characters\":\"ab\"}", "vocabulary.json has 2 characters");
    damaged(m, "vocabulary.json", "{}", "vocabulary.json has no text \"characters\"");
    damaged(m, "model.safetensors", ABSENT, "it has no model.safetensors");
    damaged(m, "model.safetensors", "nonsense", "model.safetensors");
  }

  private static void damaged(Path folder, String name, String content, String sentence)
      throws IOException {
    Path file = folder.resolve(name);
    byte[] good = Files.readAllBytes(file);
    Files.delete(file);
    if (!content.equals(ABSENT)) {
      Files.writeString(file, content);
    }
    assertThatThrownBy(() -> LanguageModel.load(folder).close())
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(sentence)
        .hasMessageNotContaining("\n");
    Files.write(file, good);
  }

  @Test
  void samplesFollowTheirProbabilities() {
    float[] logits = {(float) Math.log(0.6), (float) Math.log(0.3), (float) Math.log(0.1)};
    assertThat(shares(new Sampler(1, 1, 3), logits))
        .satisfies(s -> assertThat(s[0]).isCloseTo(0.6, within(0.02)))
        .satisfies(s -> assertThat(s[1]).isCloseTo(0.3, within(0.02)));
    // A temperature of one half squares the probabilities: 36 : 9 : 1.
    assertThat(shares(new Sampler(0.5, 1, 3), logits)[0]).isCloseTo(36 / 46.0, within(0.02));
    // The first two reach 0.8; drawn anew among themselves.
    assertThat(shares(new Sampler(1, 0.8, 3), logits))
        .satisfies(s -> assertThat(s[0]).isCloseTo(2 / 3.0, within(0.02)))
        .satisfies(s -> assertThat(s[2]).isZero());
    assertThat(shares(new Sampler(1, 0, 3), logits)[0]).isEqualTo(1);
    assertThat(shares(new Sampler(0, 1, 3), logits)[0]).isEqualTo(1);
    Sampler a = new Sampler(1, 1, 9);
    Sampler b = new Sampler(1, 1, 9);
    for (int i = 0; i < 100; i++) {
      assertThat(a.next(logits)).isEqualTo(b.next(logits));
    }
  }

  private static double[] shares(Sampler sampler, float[] logits) {
    double[] shares = new double[logits.length];
    for (int i = 0; i < 10_000; i++) {
      shares[sampler.next(logits)] += 1e-4;
    }
    for (int i = 0; i < shares.length; i++) {
      shares[i] = Math.rint(shares[i] * 1e4) / 1e4;
    }
    return shares;
  }
}
