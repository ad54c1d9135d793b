package dev.gatun.ai.privacy;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** National numbers and what tells them from other numbers. */
final class NationalIds {
  private static final String KIND = "NATIONAL_ID";

  private NationalIds() {}

  static PiiDetector all() {
    List<PiiDetector> each =
        List.of(
            // United States: areas 000, 666 and 900 to 999 are never given out.
            Patterns.of(KIND, "(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}", _ -> true),
            // United Kingdom.
            Patterns.of(
                KIND,
                "(?i:(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])"
                    + "(?: ?[0-9]{2}){3} ?(?i:[A-D])",
                _ -> true),
            // France: sex, year, month, department, commune, number, key of 97 minus the rest.
            Patterns.of(
                KIND,
                "[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]|[2-9][0-9]) ?(?:[0-9]{2}|2[ABab]) ?[0-9]{3} ?"
                    + "[0-9]{3} ?[0-9]{2}",
                NationalIds::nir),
            // Spain: the letter is the rest by 23.
            Patterns.of(KIND, "(?:[0-9]{8}|[XYZxyz][0-9]{7})-?[A-Za-z]", NationalIds::dni),
            Patterns.of(
                KIND,
                "(?i:[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z])",
                NationalIds::codiceFiscale),
            // Germany: among the first ten digits one occurs two or three times.
            Patterns.of(KIND, "[1-9][0-9](?: ?[0-9]{3}){3}", s -> steuerId(Patterns.digits(s))),
            Patterns.of(KIND, "[0-9]{11}", NationalIds::pesel),
            Patterns.of(
                KIND, "[0-9]{3}\\.[0-9]{3}\\.[0-9]{3}-[0-9]{2}", s -> cpf(Patterns.digits(s))),
            Patterns.of(KIND, "(?:19|20)?[0-9]{6}[-+][0-9]{4}", NationalIds::personnummer));
    return text -> {
      List<PiiDetector.Span> spans = new ArrayList<>();
      each.forEach(d -> spans.addAll(d.find(text)));
      return spans;
    };
  }

  private static boolean nir(String text) {
    String s = text.replace(" ", "").toUpperCase(Locale.ROOT);
    // Corsica's departments count as 19 and 18.
    String digits = s.replace("2A", "19").replace("2B", "18");
    return digits.length() == 15
        && digits.chars().allMatch(Character::isDigit)
        && 97 - Long.parseLong(digits.substring(0, 13)) % 97
            == Long.parseLong(digits.substring(13));
  }

  private static boolean dni(String text) {
    String s = text.replace("-", "").toUpperCase(Locale.ROOT);
    String digits =
        switch (s.charAt(0)) {
          case 'X' -> "0" + s.substring(1, 8);
          case 'Y' -> "1" + s.substring(1, 8);
          case 'Z' -> "2" + s.substring(1, 8);
          default -> s.substring(0, 8);
        };
    return "TRWAGMYFPDXBNJZSQVHLCKE".charAt(Integer.parseInt(digits) % 23)
        == s.charAt(s.length() - 1);
  }

  /** Decree of 23 December 1976: characters at odd places have values of their own. */
  private static boolean codiceFiscale(String text) {
    int[] odd = {
      1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23
    };
    String s = text.toUpperCase(Locale.ROOT);
    int sum = 0;
    for (int i = 0; i < 15; i++) {
      char c = s.charAt(i);
      int value = Character.isDigit(c) ? c - '0' : c - 'A';
      sum += i % 2 == 0 ? odd[value] : value;
    }
    return sum % 26 == s.charAt(15) - 'A';
  }

  private static boolean steuerId(String digits) {
    int[] counts = new int[10];
    for (int i = 0; i < 10; i++) {
      counts[digits.charAt(i) - '0']++;
    }
    int repeated = 0;
    for (int c : counts) {
      if (c > 3) {
        return false;
      }
      repeated += c > 1 ? 1 : 0;
    }
    return repeated == 1 && CheckDigits.mod11And10(digits);
  }

  /** The month carries the century: 81 to 92 for 18xx, 1 to 12 for 19xx, 21 to 32 for 20xx, … */
  private static boolean pesel(String digits) {
    int month = Integer.parseInt(digits.substring(2, 4));
    int[] centuries = {1900, 2000, 2100, 2200, 1800};
    int year = centuries[month / 20] + Integer.parseInt(digits.substring(0, 2));
    int sum = CheckDigits.weighted(digits, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1);
    return sum % 10 == 0 && isDate(year, month % 20, Integer.parseInt(digits.substring(4, 6)));
  }

  private static boolean cpf(String digits) {
    int first = 11 - CheckDigits.weighted(digits, 10, 9, 8, 7, 6, 5, 4, 3, 2) % 11;
    int second = 11 - CheckDigits.weighted(digits, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) % 11;
    return digits.chars().distinct().count() > 1
        && (first > 9 ? 0 : first) == digits.charAt(9) - '0'
        && (second > 9 ? 0 : second) == digits.charAt(10) - '0';
  }

  private static boolean personnummer(String text) {
    String digits = Patterns.digits(text);
    String ten = digits.substring(digits.length() - 10);
    int day = Integer.parseInt(ten.substring(4, 6));
    // Coordination numbers add 60 to the day; 2000 was a leap year, so its calendar fits all.
    return CheckDigits.luhn(ten)
        && isDate(2000, Integer.parseInt(ten.substring(2, 4)), day > 60 ? day - 60 : day);
  }

  private static boolean isDate(int year, int month, int day) {
    try {
      LocalDate.of(year, month, day);
      return true;
    } catch (DateTimeException _) {
      return false;
    }
  }
}
