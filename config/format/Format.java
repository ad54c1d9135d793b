import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Checks or applies google-java-format over every Java file under the working directory.
 *
 * <p>Usage: {@code java @config/format/jvm.args -cp LIBS Format.java check|apply STAMP}. The file
 * STAMP keeps the hashes of the contents last seen well formatted, so that a build formats only
 * what has changed since.
 */
final class Format {
  private Format() {}

  public static void main(String[] args) throws Exception {
    boolean apply =
        switch (args[0]) {
          case "apply" -> true;
          case "check" -> false;
          default -> throw new IllegalArgumentException("check or apply, not " + args[0]);
        };
    Path stamp = Path.of(args[1]);
    Set<String> knownGood =
        Files.exists(stamp) ? new TreeSet<>(Files.readAllLines(stamp)) : new TreeSet<>();
    Set<String> good = new ConcurrentSkipListSet<>();
    Set<Path> wrong = new ConcurrentSkipListSet<>();
    var broken = new ConcurrentSkipListMap<Path, String>();

    List<Path> files = javaFiles();
    files.parallelStream()
        .forEach(file -> {
          try {
            String source = Files.readString(file);
            String hash = hash(source);
            if (knownGood.contains(hash)) {
              good.add(hash);
              return;
            }
            String formatted = Holder.format(source);
            if (formatted.equals(source)) {
              good.add(hash);
            } else {
              wrong.add(file);
              if (apply) {
                Files.writeString(file, formatted);
                good.add(hash(formatted));
              }
            }
          } catch (FormatterException e) {
            broken.put(file, e.getMessage());
          } catch (IOException e) {
            broken.put(file, e.toString());
          }
        });

    Files.createDirectories(stamp.toAbsolutePath().getParent());
    Files.write(stamp, good);
    broken.forEach((file, why) -> System.err.println("cannot be formatted: " + file + ": " + why));
    if (apply) {
      wrong.forEach(file -> System.out.println("formatted " + file));
      System.exit(broken.isEmpty() ? 0 : 1);
    }
    wrong.forEach(file -> System.err.println("not formatted: " + file));
    if (!wrong.isEmpty()) {
      System.err.println("To format every file: mvn -N -Pformat validate");
    }
    System.exit(wrong.isEmpty() && broken.isEmpty() ? 0 : 1);
  }

  /** The files of this program's folder and of every module, but for what a build made. */
  private static List<Path> javaFiles() throws IOException {
    var files = new ArrayList<Path>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(Path.of(""))) {
      for (Path folder : folders) {
        if (folder.equals(Path.of("config")) || Files.exists(folder.resolve("pom.xml"))) {
          addJavaFiles(folder, files);
        }
      }
    }
    return files;
  }

  private static void addJavaFiles(Path root, List<Path> files) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return folder.endsWith("target") && Files.exists(folder.resolveSibling("pom.xml"))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && file.toString().endsWith(".java")) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static String hash(String source) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(source.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Loads google-java-format only when a file needs it. */
  private static final class Holder {
    private static final Formatter FORMATTER = new Formatter(JavaFormatterOptions.defaultOptions());

    private static String format(String source) throws FormatterException {
      String imports =
          ImportOrderer.reorderImports(
              RemoveUnusedImports.removeUnusedImports(source), JavaFormatterOptions.Style.GOOGLE);
      return FORMATTER.formatSource(imports);
    }
  }
}
