package dev.gatun.ai;

/**
 * A model of a provider, written {@code provider/model}.
 *
 * @param provider the provider's id, such as {@code openai}
 * @param model the model's name at that provider
 */
public record ModelRef(String provider, String model) implements Comparable<ModelRef> {
  /** Checks both names. */
  public ModelRef {
    if (provider.isBlank() || model.isBlank() || provider.indexOf('/') >= 0) {
      throw new IllegalArgumentException(
          "A model is named provider/model, got '" + provider + "/" + model + "'");
    }
  }

  /**
   * Reads {@code provider/model}; the model's name may itself have slashes.
   *
   * @throws IllegalArgumentException when there is no slash or an empty part
   */
  public static ModelRef parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("A model is named provider/model, got '" + text + "'");
    }
    return new ModelRef(text.substring(0, slash), text.substring(slash + 1));
  }

  @Override
  public int compareTo(ModelRef other) {
    int c = provider.compareTo(other.provider);
    return c != 0 ? c : model.compareTo(other.model);
  }

  @Override
  public String toString() {
    return provider + "/" + model;
  }
}
