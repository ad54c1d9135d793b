package dev.gatun.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BatchingAppenderTest {
  private static final int THREADS = 4;
  private static final int LINES = 5000;

  private final LoggerContext context = new LoggerContext();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final BatchingAppender appender = new BatchingAppender();
  private final LogbackMDCAdapter mdc = new LogbackMDCAdapter();
  private final Logger log = context.getLogger("test");

  @BeforeEach
  void start() {
    context.setMDCAdapter(mdc);
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%X{request_id} %msg%n");
    encoder.start();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.start();
    appender.setOutputStream(out);
    log.addAppender(appender);
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  private List<String> lines() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void writesAtOnceUntilItIsToldToDefer() {
    log.info("a");
    assertThat(lines()).containsExactly(" a");
  }

  @Test
  void losesNoLineAndKeepsTheOrderOfEachThread() throws InterruptedException {
    appender.defer();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      String name = "t" + t;
      threads.add(
          Thread.startVirtualThread(() -> {
            mdc.put("request_id", name);
            for (int i = 0; i < LINES; i++) {
              log.info("{}", i);
            }
          }));
    }
    for (Thread t : threads) {
      t.join();
    }
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (lines().size() < THREADS * LINES && System.nanoTime() < end) {
      Thread.sleep(10);
    }
    for (int t = 0; t < THREADS; t++) {
      String begin = "t" + t + " ";
      List<String> own = lines().stream().filter(l -> l.startsWith(begin)).toList();
      assertThat(own).hasSize(LINES);
      for (int i = 0; i < LINES; i++) {
        assertThat(own.get(i)).isEqualTo(begin + i);
      }
    }
  }
}
