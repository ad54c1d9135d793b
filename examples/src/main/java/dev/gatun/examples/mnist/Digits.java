package dev.gatun.examples.mnist;

import dev.gatun.nn.data.Idx;
import dev.gatun.nn.data.TensorDataset;
import dev.gatun.tensor.DType;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Grey pictures and their classes in the usual two parts, from four IDX files as MNIST has them.
 * Inputs are uint8 [n, height, width], targets int64 [n].
 *
 * @param classes one more than the greatest class
 */
record Digits(TensorDataset train, TensorDataset test, long classes) implements AutoCloseable {

  /**
   * Reads a folder; null means the MNIST digits that come with this program.
   *
   * @throws FormatException when a file is corrupt, or the four do not belong together
   */
  static Digits read(@Nullable Path folder) throws IOException {
    try (Scope _ = Scope.open()) {
      Tensor images = images("train", folder);
      Tensor labels = labels("train", folder);
      Tensor testImages = images("t10k", folder);
      Tensor testLabels = labels("t10k", folder);
      sameCount("train", images, labels);
      sameCount("t10k", testImages, testLabels);
      if (images.size(1) != testImages.size(1) || images.size(2) != testImages.size(2)) {
        throw new FormatException(
            "The training images "
                + images.shape()
                + " and the test images "
                + testImages.shape()
                + " differ in height or width");
      }
      long classes = 1 + (long) labels.amax().item();
      long greatest = (long) testLabels.amax().item();
      if (greatest >= classes) {
        throw new FormatException(
            "The test labels have the class "
                + greatest
                + ", but the training labels only 0 to "
                + (classes - 1));
      }
      return new Digits(
          TensorDataset.of(images, labels.to(DType.INT64)),
          TensorDataset.of(testImages, testLabels.to(DType.INT64)),
          classes);
    }
  }

  /** Rows of a picture. */
  long height() {
    return train.inputs().size(1);
  }

  /** Columns of a picture. */
  long width() {
    return train.inputs().size(2);
  }

  private static Tensor images(String part, @Nullable Path folder) throws IOException {
    return array(part + "-images-idx3-ubyte", 3, "images [n, height, width]", folder);
  }

  private static Tensor labels(String part, @Nullable Path folder) throws IOException {
    return array(part + "-labels-idx1-ubyte", 1, "labels [n]", folder);
  }

  private static Tensor array(String name, int rank, String expected, @Nullable Path folder)
      throws IOException {
    Tensor t = folder == null ? resource(name) : Idx.read(find(folder, name));
    if (t.rank() != rank || t.dtype() != DType.UINT8 || t.numel() == 0) {
      throw new FormatException(
          name + " has " + t.dtype() + " " + t.shape() + ", expected uint8 " + expected);
    }
    return t;
  }

  private static Tensor resource(String name) throws IOException {
    InputStream in = Digits.class.getResourceAsStream(name + ".gz");
    if (in == null) {
      throw new NoSuchFileException(name + ".gz", null, "is missing from this program");
    }
    return Idx.read(in, name + ".gz");
  }

  private static Path find(Path folder, String name) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(folder.toString(), null, "no such folder of IDX files");
    }
    Path plain = folder.resolve(name);
    Path compressed = folder.resolve(name + ".gz");
    if (Files.exists(plain)) {
      return plain;
    }
    if (Files.exists(compressed)) {
      return compressed;
    }
    throw new NoSuchFileException(plain.toString(), null, "neither it nor it with .gz is there");
  }

  private static void sameCount(String part, Tensor images, Tensor labels) {
    if (images.size(0) != labels.size(0)) {
      throw new FormatException(
          part
              + "-images has "
              + images.size(0)
              + " images, but "
              + part
              + "-labels has "
              + labels.size(0)
              + " labels");
    }
  }

  /** Frees the arrays. */
  @Override
  public void close() {
    train.close();
    test.close();
  }
}
