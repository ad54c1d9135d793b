package dev.gatun.examples.gpt;

import dev.gatun.nn.text.Characters;
import dev.gatun.tensor.FormatException;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

/** A text as tokens: the first nine tenths are learned from, the last is for judging. */
final class Corpus {
  private final Characters characters;
  private final int[] train;
  private final int[] validation;

  private Corpus(Characters characters, int[] train, int[] validation) {
    this.characters = characters;
    this.train = train;
    this.validation = validation;
  }

  /**
   * Tokens and those that follow them.
   *
   * @param input [rows, context]
   * @param target [rows * context]
   */
  record Rows(Tensor input, Tensor target) {}

  /**
   * Reads a text file in UTF-8.
   *
   * @param context what a row holds; the text must have many of them
   */
  static Corpus read(Path file, int context) throws IOException {
    String text;
    try {
      text = Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new FormatException(file + " is no text in UTF-8", e);
    }
    int least = 10 * (context + 1);
    if (text.codePointCount(0, text.length()) < least) {
      throw new FormatException(
          file
              + " has "
              + text.length()
              + " characters; with a context of "
              + context
              + " at least "
              + least
              + " are needed");
    }
    Characters characters = Characters.of(text);
    int[] all = characters.encode(text);
    int cut = Math.min(all.length * 9 / 10, all.length - context - 1);
    return new Corpus(
        characters, Arrays.copyOf(all, cut), Arrays.copyOfRange(all, cut, all.length));
  }

  /** The vocabulary. */
  Characters characters() {
    return characters;
  }

  /** How many characters are learned from. */
  int learned() {
    return train.length;
  }

  /** Rows from anywhere in what is learned from. */
  Rows batch(SplittableRandom random, int rows, int context) {
    int[] begins = new int[rows];
    Arrays.setAll(begins, _ -> random.nextInt(train.length - context));
    return rows(train, begins, context);
  }

  /** Rows that follow each other in what is judged by, from the first on. */
  Rows judged(int first, int rows, int context) {
    int[] begins = new int[rows];
    Arrays.setAll(begins, i -> (first + i) * context);
    return rows(validation, begins, context);
  }

  /** How many rows there are to be judged by. */
  int judgedRows(int context) {
    return (validation.length - 1) / context;
  }

  private static Rows rows(int[] tokens, int[] begins, int context) {
    int[] input = new int[begins.length * context];
    int[] target = new int[input.length];
    for (int row = 0; row < begins.length; row++) {
      System.arraycopy(tokens, begins[row], input, row * context, context);
      System.arraycopy(tokens, begins[row] + 1, target, row * context, context);
    }
    return new Rows(Tensor.of(input, Shape.of(begins.length, context)), Tensor.of(target));
  }
}
