package dev.gatun.nn.text;

/**
 * The sizes of a {@link Gpt}.
 *
 * @param vocabulary the number of different tokens
 * @param context the most tokens that it sees at once
 * @param width the size of a token's vector; a multiple of {@code heads}
 * @param heads the number of attention heads of a block
 * @param layers the number of blocks
 */
public record GptConfig(int vocabulary, int context, int width, int heads, int layers) {
  /** Refuses sizes that no network has. */
  public GptConfig {
    check("vocabulary", vocabulary, 1 << 20);
    check("context", context, 1 << 20);
    check("width", width, 1 << 16);
    check("heads", heads, width);
    check("layers", layers, 1 << 10);
    if (width % heads != 0) {
      throw new IllegalArgumentException(
          "The width " + width + " should be a multiple of the number of heads, " + heads);
    }
  }

  private static void check(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(name + " must be from 1 to " + most + ", got " + value);
    }
  }

  /** The number of trainable numbers of such a network. */
  public long parameters() {
    long w = width;
    long block = 12 * w * w + 13 * w; // attention 4w² + 4w, feed-forward 8w² + 5w, two norms 4w
    return (vocabulary + (long) context) * w + layers * block + 2 * w;
  }
}
