package dev.gatun.ai.privacy;

/** Check digits of numbers. */
final class CheckDigits {
  private CheckDigits() {}

  /** ISO/IEC 7812-1; numbers of one repeated digit are fillers and no cards. */
  static boolean luhn(String digits) {
    if (digits.chars().distinct().count() < 2) {
      return false;
    }
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int d = digits.charAt(digits.length() - 1 - i) - '0';
      if (i % 2 == 1) {
        d = d > 4 ? 2 * d - 9 : 2 * d;
      }
      sum += d;
    }
    return sum % 10 == 0;
  }

  /** The rest by 97 of a text in which letters count from 10 on (ISO 7064). */
  static int mod97(String text) {
    int rest = 0;
    for (int i = 0; i < text.length(); i++) {
      int value = Character.digit(text.charAt(i), 36);
      rest = (value < 10 ? rest * 10 + value : rest * 100 + value) % 97;
    }
    return rest;
  }

  /** ISO 7064, MOD 11,10: the last digit checks the others. */
  static boolean mod11And10(String digits) {
    int product = 10;
    for (int i = 0; i < digits.length() - 1; i++) {
      int sum = (digits.charAt(i) - '0' + product) % 10;
      product = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    int check = 11 - product;
    return (check == 10 ? 0 : check) == digits.charAt(digits.length() - 1) - '0';
  }

  /** The sum of digits times weights. */
  static int weighted(String digits, int... weights) {
    int sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += (digits.charAt(i) - '0') * weights[i];
    }
    return sum;
  }
}
