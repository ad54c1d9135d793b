package dev.gatun.gateway.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that files changed. It looks at them every two seconds: the file systems behind mounted
 * secrets and configurations send no events. Thread-safe.
 */
public final class FileWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);
  private static final Duration EVERY = Duration.ofSeconds(2);

  private final ScheduledThreadPoolExecutor timer;

  /** Watches nothing yet. */
  public FileWatch() {
    timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("gatun-file-watch").factory());
  }

  /**
   * Does something each time that one of some files has changed. An error leaves everything as it
   * was: it is logged, and the next change is a new chance.
   */
  public void onChange(List<Path> files, Runnable reload) {
    String[] seen = {state(files)};
    var _ =
        timer.scheduleWithFixedDelay(
            () -> {
              String now = state(files);
              if (now.equals(seen[0])) {
                return;
              }
              seen[0] = now;
              try {
                reload.run();
                LOG.info("Read again, since it changed: {}", files);
              } catch (RuntimeException e) {
                LOG.error("The change of {} is not used: {}", files, e.getMessage());
              }
            },
            EVERY.toMillis(),
            EVERY.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private static String state(List<Path> files) {
    StringBuilder out = new StringBuilder();
    for (Path file : files) {
      try {
        BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
        out.append(a.lastModifiedTime()).append(' ').append(a.size()).append(' ');
        out.append(a.fileKey()).append('\n');
      } catch (IOException e) {
        out.append("absent\n");
      }
    }
    return out.toString();
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
