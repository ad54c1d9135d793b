package dev.gatun.examples.gateway;

import dev.gatun.ai.spi.ProviderConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where the settings of the service stand: options of the command line, then the environment, then
 * the file of a profile, then the file that all profiles share. The first that has a name wins.
 *
 * @param above what no file replaces
 * @param files the files, the first wins
 */
record Settings(ProviderConfig above, List<Path> files) {
  private static final Pattern PROFILE = Pattern.compile("[A-Za-z0-9_-]{1,40}");

  Settings {
    files = List.copyOf(files);
  }

  /**
   * Settings from a file, and for a profile from another beside it: {@code gatun-prod.env} beside
   * {@code gatun.env}.
   *
   * @param above options and environment; {@code GATUN_PROFILE} names the profile
   * @throws IllegalArgumentException for a profile that has no file
   */
  static Settings of(ProviderConfig above, Optional<Path> file) {
    Optional<String> profile = above.get("GATUN_PROFILE");
    if (profile.isEmpty()) {
      return new Settings(above, file.stream().toList());
    }
    String name = profile.get();
    if (!PROFILE.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "A profile's name has 1 to 40 letters, digits, '-' and '_', got '" + name + "'");
    }
    Path base =
        file.orElseThrow(() ->
            new IllegalArgumentException(
                "The profile '" + name + "' needs --config FILE, beside which its file is"));
    return new Settings(above, List.of(beside(base, name), base));
  }

  private static Path beside(Path file, String profile) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    int end = dot > 0 ? dot : name.length();
    return file.resolveSibling(name.substring(0, end) + "-" + profile + name.substring(end));
  }

  /**
   * What the settings are now.
   *
   * @throws IllegalArgumentException when a file is unusable; the message says which and why
   */
  ProviderConfig read() {
    ProviderConfig all = above;
    for (Path file : files) {
      all = all.or(ProviderConfig.file(file));
    }
    return all;
  }
}
