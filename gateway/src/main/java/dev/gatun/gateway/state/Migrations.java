package dev.gatun.gateway.state;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;

/**
 * Brings a database's tables up to date, by Flyway. One set of files serves both databases: {@code
 * ${bytes}} stands for the type of binary columns.
 */
final class Migrations implements ResourceProvider {
  /** The files beside this class, in order. One that was released is never changed. */
  private static final List<String> FILES =
      List.of(
          "V1__jobs.sql",
          "V2__idempotency.sql",
          "V3__outbox.sql",
          "V4__models.sql",
          "V5__work_id.sql");

  private Migrations() {}

  static void run(DataSource source, Dialect dialect) {
    Flyway.configure(Migrations.class.getClassLoader())
        .dataSource(source)
        .table("gatun_schema")
        .locations(new String[0])
        // Not found by scanning: that is slow, and blind in a named module.
        .resourceProvider(new Migrations())
        .placeholders(Map.of("bytes", dialect.bytes()))
        .loggers("slf4j")
        .load()
        .migrate();
  }

  @Override
  public @Nullable LoadableResource getResource(String name) {
    return FILES.contains(name) ? new File(name) : null;
  }

  @Override
  public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
    List<LoadableResource> found = new ArrayList<>();
    for (String name : FILES) {
      if (name.startsWith(prefix) && List.of(suffixes).stream().anyMatch(name::endsWith)) {
        found.add(new File(name));
      }
    }
    return found;
  }

  private static final class File extends LoadableResource {
    private final String name;

    File(String name) {
      this.name = name;
    }

    @Override
    public Reader read() {
      try (InputStream in = Migrations.class.getResourceAsStream(name)) {
        if (in == null) {
          throw new IllegalStateException("The migration " + name + " is missing in the jar");
        }
        return new StringReader(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public String getAbsolutePath() {
      return name;
    }

    @Override
    public String getAbsolutePathOnDisk() {
      return name;
    }

    @Override
    public String getFilename() {
      return name;
    }

    @Override
    public String getRelativePath() {
      return name;
    }
  }
}
