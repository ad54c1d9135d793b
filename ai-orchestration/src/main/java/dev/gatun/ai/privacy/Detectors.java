package dev.gatun.ai.privacy;

import com.google.i18n.phonenumbers.PhoneNumberMatch;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The detectors that come with Gatun. */
public final class Detectors {
  private Detectors() {}

  /** E-mail addresses. */
  public static PiiDetector email() {
    Pattern pattern =
        Pattern.compile(
            "(?<![\\p{L}\\p{N}._%+-])[\\p{L}\\p{N}._%+'-]{1,64}+"
                + "@(?:[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]{0,62})\\.){1,8}\\p{L}{2,24}(?![\\p{L}\\p{N}])");
    return text -> {
      List<PiiDetector.Span> spans = new ArrayList<>();
      Matcher m = pattern.matcher(text);
      while (m.find()) {
        spans.add(new PiiDetector.Span(m.start(), m.end(), "EMAIL"));
      }
      return spans;
    };
  }

  /**
   * Phone numbers, by Google's libphonenumber.
   *
   * @param regions two-letter codes of countries whose national numbers count; numbers with a
   *     leading + count anyway
   */
  public static PiiDetector phone(String... regions) {
    List<String> all = regions.length == 0 ? List.of("ZZ") : List.of(regions);
    PhoneNumberUtil util = PhoneNumberUtil.getInstance();
    for (String region : all) {
      if (!region.equals("ZZ") && !util.getSupportedRegions().contains(region)) {
        throw new IllegalArgumentException(
            "A region is a two-letter code in upper case, such as DE, got '" + region + "'");
      }
    }
    return text -> {
      List<PiiDetector.Span> spans = new ArrayList<>();
      if (text.chars().filter(Character::isDigit).limit(7).count() < 7) {
        return spans;
      }
      for (String region : all) {
        for (PhoneNumberMatch m :
            util.findNumbers(text, region, PhoneNumberUtil.Leniency.VALID, Long.MAX_VALUE)) {
          spans.add(new PiiDetector.Span(m.start(), m.end(), "PHONE"));
        }
      }
      return spans;
    };
  }

  /** Payment card numbers of 13 to 19 digits, by their check digit (ISO/IEC 7812, Luhn). */
  public static PiiDetector card() {
    return Patterns.of(
        "CARD", "[2-6][0-9](?:[ -]?[0-9]){11,17}", s -> CheckDigits.luhn(Patterns.digits(s)));
  }

  /** International bank account numbers, by length and check digits (ISO 13616). */
  public static PiiDetector iban() {
    return Iban::find;
  }

  /** IP addresses, version 4 and 6. */
  public static PiiDetector ip() {
    String octet = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";
    Pattern four =
        Pattern.compile(
            "(?<![\\p{L}\\p{N}.])" + octet + "(?:\\." + octet + "){3}(?!\\.?[\\p{L}\\p{N}])");
    Pattern six =
        Pattern.compile(
            "(?<![\\p{L}\\p{N}:.])[0-9A-Fa-f:]{2,39}(?:[0-9.]{7,15})?(?![\\p{L}\\p{N}:])");
    return text -> {
      List<PiiDetector.Span> spans = new ArrayList<>();
      Matcher m = four.matcher(text);
      while (m.find()) {
        spans.add(new PiiDetector.Span(m.start(), m.end(), "IP"));
      }
      m = six.matcher(text);
      while (m.find()) {
        if (isIpv6(m.group())) {
          spans.add(new PiiDetector.Span(m.start(), m.end(), "IP"));
        }
      }
      return spans;
    };
  }

  /** The parser also takes names of programs, such as {@code a::b}: an address has a digit. */
  private static boolean isIpv6(String text) {
    if (text.indexOf(':') < 0 || text.chars().noneMatch(Character::isDigit)) {
      return false;
    }
    try {
      Inet6Address.ofLiteral(text);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  /**
   * National identity and tax numbers, by their check digits: United States (SSN, by its ranges),
   * United Kingdom (NINO, by its form), France (NIR), Spain (DNI, NIE), Italy (codice fiscale),
   * Germany (Steuer-ID), Poland (PESEL), Brazil (CPF), Sweden (personnummer).
   */
  public static PiiDetector nationalId() {
    return NationalIds.all();
  }

  /**
   * Names of a list, whole words, whatever their case.
   *
   * @throws IllegalArgumentException for a blank name and for one with quotes, backslashes or
   *     control characters, which could not be put back into JSON
   */
  public static PiiDetector names(Collection<String> names) {
    Map<String, List<String>> byFirstWord = new HashMap<>();
    for (String name : names) {
      String n = name.strip();
      if (n.isEmpty() || n.chars().anyMatch(c -> c == '"' || c == '\\' || c < 0x20)) {
        throw new IllegalArgumentException(
            "A name is not blank and has no quotes, backslashes or control characters");
      }
      String first = n.substring(0, wordEnd(n, 0)).toLowerCase(Locale.ROOT);
      byFirstWord.computeIfAbsent(first, _ -> new ArrayList<>()).add(n);
    }
    return text -> {
      List<PiiDetector.Span> spans = new ArrayList<>();
      for (int i = 0; i < text.length(); ) {
        int end = wordEnd(text, i);
        if (end == i) {
          i++;
          continue;
        }
        int start = i;
        String first = text.substring(start, end).toLowerCase(Locale.ROOT);
        byFirstWord.getOrDefault(first, List.of()).stream()
            .filter(n -> text.regionMatches(true, start, n, 0, n.length()))
            .filter(n -> wordEnds(text, start + n.length()))
            .mapToInt(String::length)
            .max()
            .ifPresent(n -> spans.add(new PiiDetector.Span(start, start + n, "NAME")));
        i = end;
      }
      return spans;
    };
  }

  /** The names of a list, as {@link #names(Collection)}. */
  public static PiiDetector names(String... names) {
    return names(Arrays.asList(names));
  }

  private static int wordEnd(String text, int from) {
    int i = from;
    while (i < text.length() && Character.isLetterOrDigit(text.charAt(i))) {
      i++;
    }
    return i;
  }

  private static boolean wordEnds(String text, int at) {
    return at >= text.length() || !Character.isLetterOrDigit(text.charAt(at));
  }
}
