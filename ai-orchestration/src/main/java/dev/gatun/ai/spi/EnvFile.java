package dev.gatun.ai.spi;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads files of lines {@code NAME=VALUE}. */
final class EnvFile {
  private static final Pattern LINE =
      Pattern.compile("(?:export\\s+)?([A-Za-z_][A-Za-z0-9_.]*)\\s*=\\s*(.*)");
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private EnvFile() {}

  static Map<String, String> read(Path file) {
    List<String> lines;
    try {
      refuseOthers(file);
      lines = Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("There is no configuration file " + file, e);
    } catch (MalformedInputException e) {
      throw new IllegalArgumentException("The configuration file " + file + " is not UTF-8", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "The configuration file " + file + " cannot be read: " + e.getClass().getSimpleName(), e);
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      Matcher m = LINE.matcher(line);
      if (!m.matches()) {
        throw new IllegalArgumentException(
            "Line " + (i + 1) + " of " + file + " is not of the form NAME=VALUE");
      }
      values.put(m.group(1), unquote(m.group(2).strip()));
    }
    return values;
  }

  private static void refuseOthers(Path file) throws IOException {
    if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return;
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (permissions.stream().anyMatch(OTHERS::contains)) {
      throw new IllegalArgumentException(
          "Others than its owner may read or change the configuration file "
              + file
              + " ("
              + PosixFilePermissions.toString(permissions)
              + "); it must be rw------- or less");
    }
  }

  private static String unquote(String value) {
    int n = value.length();
    boolean quoted =
        n >= 2
            && (value.charAt(0) == '"' || value.charAt(0) == '\'')
            && value.charAt(n - 1) == value.charAt(0);
    return quoted ? value.substring(1, n - 1) : value;
  }
}
