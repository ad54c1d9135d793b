package dev.gatun.ai.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DetectorsTest {
  private static List<String> found(PiiDetector detector, String text) {
    return detector.find(text).stream().map(s -> text.substring(s.start(), s.end())).toList();
  }

  private static void finds(PiiDetector detector, String value) {
    assertThat(found(detector, value)).containsExactly(value);
    assertThat(found(detector, "é (" + value + "), " + value + ".")).containsExactly(value, value);
    assertThat(found(detector, "x" + value + "y")).doesNotContain(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a@b.co",
        "first.last+tag@sub.example.com",
        "o'neil@example.org",
        "jürgen@müller.example"
      })
  void emailAddresses(String value) {
    assertThat(found(Detectors.email(), "to " + value + ", now")).containsExactly(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a@b", "@example.com", "a@.com", "a b@ c.com", "@Override void f()"})
  void notEmailAddresses(String value) {
    assertThat(found(Detectors.email(), value)).isEmpty();
  }

  // The test numbers of the card schemes.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "4111111111111111",
        "4111 1111 1111 1111",
        "5555-5555-5555-4444",
        "378282246310005",
        "6011111111111117",
        "30569309025904"
      })
  void cards(String value) {
    finds(Detectors.card(), value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"4111111111111112", "4444444444444444", "1234", "41111111111111111111111"})
  void notCards(String value) {
    assertThat(found(Detectors.card(), value)).isEmpty();
  }

  // Examples of SWIFT's registry.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "DE89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
        "GB82WEST12345698765432",
        "FR1420041010050500013M02606",
        "NO9386011117947",
        "MT84MALT011000012345MTLCAST001S",
        "de89370400440532013000"
      })
  void bankAccounts(String value) {
    finds(Detectors.iban(), value);
  }

  @Test
  void aBankAccountEndsWhereItsCountrySays() {
    assertThat(found(Detectors.iban(), "NO93 8601 1117 947 IS MINE"))
        .containsExactly("NO93 8601 1117 947");
    assertThat(found(Detectors.iban(), "DE88370400440532013000")).isEmpty();
    assertThat(found(Detectors.iban(), "XX89370400440532013000")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "192.168.0.1",
        "8.8.8.8",
        "255.255.255.255",
        "2001:db8::8a2e:370:7334",
        "::1",
        "fe80:0:0:0:0:0:0:1"
      })
  void addresses(String value) {
    assertThat(found(Detectors.ip(), "from " + value + " to")).containsExactly(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "256.1.1.1",
        "1.2.3",
        "1.2.3.4.5",
        "12:30:45",
        "std::vector",
        "a::b",
        "version 10.2.1"
      })
  void notAddresses(String value) {
    assertThat(found(Detectors.ip(), value)).isEmpty();
  }

  // Published examples of each country.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "078-05-1120",
        "AB123456C",
        "AB 12 34 56 C",
        "255081416802538",
        "2 55 08 14 168 025 38",
        "12345678Z",
        "X1234567L",
        "RSSMRA85T10A562S",
        "86095742719",
        "47036892816",
        "44051401359",
        "111.444.777-35",
        "811218-9876",
        "19811218-9876"
      })
  void nationalNumbers(String value) {
    assertThat(found(Detectors.nationalId(), "no. " + value + ";")).contains(value);
    assertThat(found(Detectors.nationalId(), "q" + value + "q")).doesNotContain(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "000-05-1120",
        "BG123456C",
        "255081416802539",
        "12345678A",
        "X1234567M",
        "RSSMRA85T10A562T",
        "86095742718",
        "44051401358",
        "44131401352",
        "111.444.777-36",
        "111.111.111-11",
        "811218-9875",
        "811318-9872",
        "20261125"
      })
  void notNationalNumbers(String value) {
    assertThat(found(Detectors.nationalId(), value)).isEmpty();
  }

  @Test
  void phoneNumbers() {
    assertThat(found(Detectors.phone(), "call +49 30 901820 or (650) 253-0000"))
        .containsExactly("+49 30 901820");
    assertThat(found(Detectors.phone("US"), "call (650) 253-0000 now"))
        .containsExactly("(650) 253-0000");
    assertThat(found(Detectors.phone("US", "DE"), "030 901820 and 650-253-0000"))
        .containsExactlyInAnyOrder("030 901820", "650-253-0000");
    assertThat(found(Detectors.phone("US"), "in 2026, 12345 of 1000000 rows")).isEmpty();
    assertThatThrownBy(() -> Detectors.phone("Germany"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Germany");
  }

  @Test
  void names() {
    PiiDetector d = Detectors.names("Ada Lovelace", "Ada", "Élodie", "O'Neil");
    assertThat(found(d, "ADA LOVELACE met Ada, élodie's friend; Adam and Canada did not; O'NEIL"))
        .containsExactly("ADA LOVELACE", "Ada", "élodie", "O'NEIL");
    assertThatThrownBy(() -> Detectors.names("a\"b")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Detectors.names(" ")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void longTextsTakeLinearTime() {
    String text =
        "a.".repeat(100_000) + "1".repeat(100_000) + ":".repeat(50_000) + "a@".repeat(50_000);
    long start = System.nanoTime();
    for (PiiDetector d :
        List.of(
            Detectors.email(),
            Detectors.card(),
            Detectors.iban(),
            Detectors.nationalId(),
            Detectors.ip())) {
      d.find(text);
    }
    assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
  }
}
