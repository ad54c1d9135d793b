package dev.gatun.benchmarks.compare;

/**
 * One line of a bench.
 *
 * @param bench the bench it belongs to
 * @param name its name there, which also says the sizes, but for that of square tensors
 * @param side rows and columns of the tensors of the benches {@code mem} and {@code reduce}, else 0
 * @param work operations, bytes or samples of one call
 * @param unit of its values
 */
public record Case(String bench, String name, int side, double work, Unit unit) {

  /** A case of tensors whose sizes its name says. */
  public Case(String bench, String name, double work, Unit unit) {
    this(bench, name, 0, work, unit);
  }

  /** The numbers before the first space of the name, which are joined by "x". */
  public int[] sizes() {
    String[] words = name.split(" ", -1)[0].split("x", -1);
    int[] sizes = new int[words.length];
    for (int i = 0; i < words.length; i++) {
      sizes[i] = Integer.parseInt(words[i]);
    }
    return sizes;
  }

  /** The number in the word of the name that is this letter and a number, as in "k3". */
  public int number(char letter) {
    for (String word : name.split(" ", -1)) {
      if (word.length() > 1 && word.charAt(0) == letter && Character.isDigit(word.charAt(1))) {
        return Integer.parseInt(word.substring(1));
      }
    }
    throw new IllegalArgumentException("No " + letter + " in \"" + name + '"');
  }
}
