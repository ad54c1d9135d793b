package dev.gatun.gateway.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.http.Problem;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.NotBlank;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableTest {
  private static Table read(String csv) {
    return Table.read(Table.Source.of(csv), "/dataset");
  }

  @Property
  void whatIsWrittenIsRead(
      @ForAll @Size(min = 1, max = 8)
          List<
                  @Size(value = 3) List<
                      @NotBlank @AlphaChars @Chars({'"', ',', '\n', '\r', ' ', '7'})
                      @StringLength(max = 12) String>>
              rows) {
    String csv =
        "a,b,c\n"
            + rows.stream()
                .map(r ->
                    r.stream()
                        .map(c -> '"' + c.replace("\"", "\"\"") + '"')
                        .collect(Collectors.joining(",")))
                .collect(Collectors.joining("\r\n"));
    Table table = read(csv);
    assertThat(table.rows()).hasSameSizeAs(rows);
    for (int i = 0; i < rows.size(); i++) {
      assertThat(table.rows().get(i))
          .containsExactly(rows.get(i).stream().map(String::strip).toArray(String[]::new));
    }
  }

  @Test
  void aByteOrderMarkIsNoPartOfAName() {
    assertThat(read("\uFEFFa,b\n1,2\n").columns()).containsExactly("a", "b");
  }

  @ParameterizedTest
  @CsvSource({
    "1, true",
    "-1.5e3, true",
    "1., true",
    "+2, true",
    "1d, false",
    "0x10, false",
    "NaN, false",
    "Infinity, false",
    "1e999, false",
    "'1 2', false",
    "'1,5', false",
    "'', false"
  })
  void aNumberIsWhatPeopleWriteAsOne(String text, boolean number) {
    assertThat(Feature.number(text) != null).isEqualTo(number);
  }

  @Test
  void columnsAreLearntFromTheTrainingRowsAlone() {
    Feature f = Feature.learn("n", List.of("1", "3", "100", ""), List.of("1", "3"));
    assertThat(f).isEqualTo(new Feature.Numeric("n", 2, 1));
    Feature c = Feature.learn("c", List.of("x", "y", "z"), List.of("y", "x"));
    float[] out = new float[2];
    c.encode("z", out, 0);
    assertThat(out).containsExactly(0, 0);
    c.encode("y", out, 0);
    assertThat(out).containsExactly(0, 1);
    for (Feature any : List.of(f, c)) {
      assertThat(Feature.of((Json.Obj) Json.parse(any.json().toString()))).isEqualTo(any);
    }
  }

  @Test
  void aColumnOfNamesIsNoCategory() {
    List<String> names = java.util.stream.IntStream.range(0, 200).mapToObj(i -> "n" + i).toList();
    assertThatThrownBy(() -> Feature.learn("who", names, names))
        .hasMessageStartingWith(
            "Column 'who' must be numbers or at most 100 different texts (or be in 'ignore')");
  }

  @Test
  void aCellThatNeverEndsIsRefused() {
    assertThatThrownBy(() -> read("a\n\"" + "x".repeat(70_000)))
        .isInstanceOfSatisfying(
            Problem.class, p -> assertThat(p.detail()).contains("more than 65536 characters"));
  }
}
