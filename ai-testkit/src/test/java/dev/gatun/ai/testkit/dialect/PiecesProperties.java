package dev.gatun.ai.testkit.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Texts are cut into pieces that are the text. */
class PiecesProperties {
  @Property
  void wordsAreTheText(@ForAll String text) {
    assertThat(String.join("", Pieces.words(text))).isEqualTo(text);
    assertThat(Pieces.words(text)).doesNotContain("");
  }

  @Property
  void argumentsAreTheTextAndCutNoCharacter(@ForAll String text) {
    List<String> pieces = Pieces.arguments(text);
    assertThat(String.join("", pieces)).isEqualTo(text);
    for (int i = 1; i < pieces.size(); i++) {
      boolean cut =
          Character.isHighSurrogate(pieces.get(i - 1).charAt(pieces.get(i - 1).length() - 1))
              && Character.isLowSurrogate(pieces.get(i).charAt(0));
      assertThat(cut).isFalse();
    }
  }
}
