package dev.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

final class PlaceholderProperties {
  @Property
  void multiplies(@ForAll int a, @ForAll int b) {
    assertThat(Placeholder.answer(new Placeholder.Pair(a, b))).isEqualTo(a * b);
  }
}
