package dev.gatun.examples.mnist;

import static org.assertj.core.api.Assertions.assertThat;

import com.squareup.moshi.Moshi;
import dev.gatun.examples.Cli;
import dev.gatun.nn.format.SafeTensors;
import dev.gatun.tensor.Device;
import dev.gatun.tensor.Gatun;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program on a few hundred pictures: a bright square whose row tells the class. */
final class TrainMnistTest {
  private static final int SIDE = 28;

  @TempDir private Path folder;
  private Path data = Path.of("");
  private Path out = Path.of("");

  @BeforeEach
  void makeData() throws IOException {
    data = Files.createDirectory(folder.resolve("data"));
    out = folder.resolve("out");
    write("train", 320, 320, 1);
    write("t10k", 100, 100, 2);
  }

  private void write(String part, int images, int labels, long seed) throws IOException {
    var random = new SplittableRandom(seed);
    var pixels = new ByteArrayOutputStream();
    var classes = new ByteArrayOutputStream();
    header(pixels, 0x803, images, SIDE, SIDE);
    header(classes, 0x801, labels);
    for (int i = 0; i < images; i++) {
      int label = random.nextInt(10);
      byte[] picture = new byte[SIDE * SIDE];
      for (int p = 0; p < picture.length; p++) {
        boolean square = Math.abs(p / SIDE - 2 * label - 4) < 3 && p % SIDE > 8 && p % SIDE < 20;
        picture[p] = (byte) ((square ? 180 : 0) + random.nextInt(60));
      }
      pixels.writeBytes(picture);
      if (i < labels) {
        classes.write(label);
      }
    }
    gzip(data.resolve(part + "-images-idx3-ubyte.gz"), pixels.toByteArray());
    Files.write(data.resolve(part + "-labels-idx1-ubyte"), classes.toByteArray());
  }

  private static void header(ByteArrayOutputStream to, int... words) throws IOException {
    var stream = new DataOutputStream(to);
    for (int word : words) {
      stream.writeInt(word);
    }
  }

  private static void gzip(Path file, byte[] bytes) throws IOException {
    try (var stream = new GZIPOutputStream(Files.newOutputStream(file))) {
      stream.write(bytes);
    }
  }

  private Cli train(Path to, String... more) {
    return Cli.run(arguments(to, more));
  }

  private String[] arguments(Path to, String... more) {
    String[] fixed = {"train", "mnist", "--data", data.toString(), "--out", to.toString()};
    return with(fixed, more);
  }

  private static List<Map<?, ?>> json(Cli cli) throws IOException {
    var adapter = new Moshi.Builder().build().adapter(Map.class);
    List<Map<?, ?>> objects = new ArrayList<>();
    for (String line : cli.lines()) {
      objects.add(adapter.fromJson(line));
    }
    return objects;
  }

  @Test
  void learnsAndWritesItsFiles() throws IOException {
    long before = Gatun.memory().live();

    Cli cli = train(out, "--epochs", "3", "--batch", "16", "--json");

    assertThat(cli.status()).as(cli.err()).isZero();
    List<Map<?, ?>> lines = json(cli);
    assertThat(lines).hasSize(4);
    assertThat(lines.getFirst().get("event")).isEqualTo("epoch");
    Map<?, ?> done = lines.getLast();
    assertThat(done.get("event")).isEqualTo("done");
    assertThat((Double) done.get("test_accuracy")).isBetween(0.9, 1.0);
    assertThat((Double) done.get("train_seconds")).isPositive();
    assertThat((Double) done.get("samples_per_second")).isPositive();
    assertThat(done.containsKey("peak_rss_mib")).isTrue();
    assertThat(SafeTensors.open(out.resolve("mnist.safetensors")).names()).isNotEmpty();
    assertThat(ImageIO.read(out.resolve("mnist.png").toFile()).getWidth()).isGreaterThan(500);
    assertThat(Gatun.memory().live()).isLessThanOrEqualTo(before);
  }

  @Test
  void aResumedRunEndsLikeAWholeOne() throws IOException {
    String[] options = {
      "--model", "mlp", "--batch", "32", "--epochs", "4", "--seed", "5", "--json"
    };
    Path halfWay = folder.resolve("half-way.safetensors");
    Cli whole =
        Cli.run(
            line -> {
              if (line.contains("\"epoch\":3,")) { // the checkpoint is written after the line
                copy(out.resolve("mnist.checkpoint.safetensors"), halfWay);
              }
            },
            arguments(out, options));
    assertThat(whole.status()).as(whole.err()).isZero();

    Path rest = folder.resolve("rest");
    Cli resumed = train(rest, with(options, "--resume", halfWay.toString()));

    assertThat(resumed.status()).as(resumed.err()).isZero();
    assertThat(resumed.lines()).hasSize(3); // epochs 3 and 4, done
    assertThat(rest.resolve("mnist.safetensors"))
        .hasSameBinaryContentAs(out.resolve("mnist.safetensors"));
    assertError(
        train(rest, with(options, "--resume", halfWay.toString(), "--lr", "0.1")), "with lr");
  }

  private static void copy(Path from, Path to) {
    try {
      Files.copy(from, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String[] with(String[] options, String... more) {
    return Stream.concat(Stream.of(options), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void wrongOptionsAreOneSentence() {
    assertError(train(out, "--device", "tpu"), "Unknown device 'tpu'");
    if (Device.list().stream().noneMatch(f -> f.device().type().equals("cuda") && f.usable())) {
      assertError(train(out, "--device", "cuda"), "Device cuda is not usable: ");
    }
    assertError(train(out, "--epochs", "0"), "--epochs must be at least 1");
    assertError(train(out, "--lr", "-1"), "--lr must be a positive number");
    assertError(train(out, "--model", "rnn"), "rnn");
    assertError(train(out, "--resume", folder.resolve("none").toString()), "none");
    assertThat(out.resolve("mnist.safetensors")).doesNotExist();
  }

  @Test
  void wrongDataIsOneSentence() throws IOException {
    Path images = data.resolve("train-images-idx3-ubyte.gz");
    byte[] good = Files.readAllBytes(images);

    Files.write(images, Arrays.copyOf(good, good.length / 2));
    assertError(train(out), "train-images-idx3-ubyte.gz");
    Files.write(images, new byte[] {1, 2, 3});
    assertError(train(out), "train-images-idx3-ubyte.gz");
    Files.write(images, good);
    write("train", 320, 300, 1);
    assertError(train(out), "300");
    Files.delete(images);
    assertError(train(out), "train-images-idx3-ubyte");
    assertThat(out).doesNotExist();
  }

  @Test
  void wrongFoldersAndCheckpointsAreOneSentence() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertError(train(file), "file");
    Path corrupt = folder.resolve("corrupt.safetensors");
    Files.write(corrupt, new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 'x'});
    assertError(train(out, "--resume", corrupt.toString()), "corrupt.safetensors");
    assertThat(out.resolve("mnist.safetensors")).doesNotExist();
  }

  private static void assertError(Cli cli, String part) {
    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err()).contains(part).doesNotContain("\tat ");
  }
}
