package dev.gatun.nativelib;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where libraries are looked for.
 *
 * @param property files and folders of {@code gatun.native.path}
 * @param environment files and folders of {@code GATUN_NATIVE_PATH}
 * @param build the folder of {@code gatun.native.build}
 * @param resources whose resources are searched
 * @param cache the folder in which unpacked libraries are kept
 */
record NativeSearch(
    @Nullable String property,
    @Nullable String environment,
    @Nullable String build,
    ClassLoader resources,
    NativeCache cache) {
  private static final String RESOURCES = "dev/gatun/nativelib/";

  static NativeSearch ofSystem() {
    return new NativeSearch(
        System.getProperty("gatun.native.path"),
        System.getenv("GATUN_NATIVE_PATH"),
        System.getProperty("gatun.native.build"),
        NativeSearch.class.getClassLoader(),
        NativeCache.ofUser());
  }

  /** A library's file; closing it removes what was only needed for loading. */
  record Found(Path path, boolean temporary) implements AutoCloseable {
    @Override
    public void close() {
      if (temporary) {
        NativeCache.deleteTemporary(path);
      }
    }
  }

  Found find(String name) {
    String file = System.mapLibraryName("gatun_" + name.replace('-', '_'));
    var searched = new ArrayList<String>();

    Path found = inPlaces("the system property gatun.native.path", property, file, searched);
    if (found == null) {
      found = inPlaces("the environment variable GATUN_NATIVE_PATH", environment, file, searched);
    }
    if (found != null) {
      return new Found(found, false);
    }

    String resource = RESOURCES + platform() + "/" + file;
    try (InputStream content = resources.getResourceAsStream(resource)) {
      if (content != null) {
        return cache.unpack(file, content.readAllBytes());
      }
    } catch (IOException e) {
      throw new NativeLibraryException(
          "cannot unpack the native library /" + resource + ": " + e.getMessage(), e);
    }
    searched.add("the resource /" + resource + " (in no jar that this program was started with)");

    found = inPlaces("the system property gatun.native.build", build, file, searched);
    if (found != null) {
      return new Found(found, false);
    }
    throw new NativeLibraryException(
        "found no native library %s for the backend \"%s\"; searched: %s"
            .formatted(file, name, String.join("; ", searched)));
  }

  private static @Nullable Path inPlaces(
      String origin, @Nullable String places, String file, List<String> searched) {
    if (places == null || places.isBlank()) {
      searched.add(origin + " (not set)");
      return null;
    }
    for (String place : places.split(File.pathSeparator, -1)) {
      if (place.isBlank()) {
        continue;
      }
      Path path = Path.of(place).toAbsolutePath();
      if (Files.isDirectory(path)) {
        path = path.resolve(file);
      } else if (!path.endsWith(file)) {
        searched.add(
            "%s: %s (%s)"
                .formatted(origin, path, Files.exists(path) ? "not " + file : "does not exist"));
        continue;
      }
      if (Files.isRegularFile(path)) {
        return path;
      }
      searched.add("%s: %s (does not exist)".formatted(origin, path));
    }
    return null;
  }

  /** As in the classifiers of the jars: "linux-x86_64". */
  static String platform() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    String os =
        system.startsWith("windows") ? "windows" : system.startsWith("mac") ? "macos" : system;
    return os + "-" + (machine.equals("amd64") ? "x86_64" : machine);
  }
}
