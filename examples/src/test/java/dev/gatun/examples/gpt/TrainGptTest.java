package dev.gatun.examples.gpt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.ai.json.Json;
import dev.gatun.examples.Cli;
import dev.gatun.nn.text.LanguageModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainGptTest {
  @TempDir private Path folder;

  private Path text(String content) throws IOException {
    return Files.writeString(folder.resolve("text.txt"), content);
  }

  private static Cli train(Path text, Path save, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("train", "gpt", "--text", text.toString(), "--save", save.toString()));
    args.addAll(List.of("--context", "16", "--width", "16", "--layers", "1", "--json"));
    args.addAll(List.of(more));
    return Cli.run(args.toArray(String[]::new));
  }

  @Test
  void itWritesAFolderThatCanBeRead() throws IOException {
    Path text = text("ships pass the lake between two seas\n".repeat(40));
    Path save = folder.resolve("ships");
    Cli cli = train(text, save, "--steps", "100", "--batch", "8", "--lr", "0.01");
    assertThat(cli.status()).as(cli.err()).isZero();
    List<Json.Obj> lines = cli.out().lines().map(l -> (Json.Obj) Json.parse(l)).toList();
    assertThat(lines).hasSize(11);
    double first = lines.getFirst().number("validation_loss").orElseThrow();
    double last = lines.getLast().number("validation_loss").orElseThrow();
    assertThat(last).isLessThan(first).isLessThan(1.5); // ln 15 = 2.7 when nothing is known
    assertThat(lines.getLast().string("sample").orElseThrow()).hasSize(200);
    try (LanguageModel model = LanguageModel.load(save)) {
      assertThat(model.gpt().config().context()).isEqualTo(16);
      assertThat(lines.getLast().integer("parameters")).hasValue(model.gpt().config().parameters());
    }
    // The same seed, the same weights.
    Path again = folder.resolve("again");
    assertThat(train(text, again, "--steps", "100", "--batch", "8", "--lr", "0.01").status())
        .isZero();
    assertThat(again.resolve("model.safetensors"))
        .hasSameBinaryContentAs(save.resolve("model.safetensors"));
  }

  @Test
  void whatCannotBeLearnedIsToldInOneSentence() throws IOException {
    Path save = folder.resolve("none");
    assertThat(train(folder.resolve("no.txt"), save).err())
        .endsWith("gatun: there is no file " + folder.resolve("no.txt") + "\n");
    assertThat(train(text("too short"), save).err())
        .contains("text.txt has 9 characters; with a context of 16 at least 170 are needed");
    Files.write(folder.resolve("text.txt"), new byte[] {(byte) 0xff, 1});
    assertThat(train(folder.resolve("text.txt"), save).err()).contains("is no text in UTF-8");
    assertThat(train(text("enough text ".repeat(40)), save, "--heads", "3").err())
        .contains("The width 16 should be a multiple of the number of heads, 3");
    assertThat(train(text("enough text ".repeat(40)), save, "--steps", "0").err())
        .contains("--steps must be at least 1, got 0");
    assertThat(save).doesNotExist();
  }
}
