package dev.gatun.ai.privacy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Bank account numbers: their length depends on the country (SWIFT's IBAN registry). */
final class Iban {
  private static final Map<String, Integer> LENGTHS = new HashMap<>();

  static {
    String table =
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27"
            + " DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28"
            + " HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21"
            + " LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29"
            + " PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23"
            + " TN24 TR26 UA29 VA22 VG24 XK20 YE30";
    for (String entry : table.split(" ", -1)) {
      LENGTHS.put(entry.substring(0, 2), Integer.parseInt(entry.substring(2)));
    }
  }

  private Iban() {}

  static List<PiiDetector.Span> find(String text) {
    List<PiiDetector.Span> spans = new ArrayList<>();
    for (int i = 0; i + 15 <= text.length(); i++) {
      if (i > 0 && Character.isLetterOrDigit(text.charAt(i - 1))) {
        continue;
      }
      int end = end(text, i);
      if (end > 0) {
        spans.add(new PiiDetector.Span(i, end, "IBAN"));
        i = end - 1;
      }
    }
    return spans;
  }

  /** Where the number that starts here ends, or -1 when none does. */
  private static int end(String text, int start) {
    Integer length = LENGTHS.get(text.substring(start, start + 2).toUpperCase(Locale.ROOT));
    if (length == null) {
      return -1;
    }
    StringBuilder number = new StringBuilder(length);
    int i = start;
    while (i < text.length() && number.length() < length) {
      char c = text.charAt(i);
      boolean separator = (c == ' ' || c == '-') && i > start && text.charAt(i - 1) != c;
      if (c < 128 && Character.isLetterOrDigit(c)) {
        number.append(Character.toUpperCase(c));
      } else if (!separator) {
        return -1;
      }
      i++;
    }
    boolean ends = i == text.length() || !Character.isLetterOrDigit(text.charAt(i));
    return number.length() == length
            && ends
            && CheckDigits.mod97(number.substring(4) + number.substring(0, 4)) == 1
        ? i
        : -1;
  }
}
