package dev.gatun.benchmarks.gateway;

import java.io.IOException;
import java.util.List;

/** What is measured, contender after contender, round after round. Used by one thread. */
final class Scenarios {
  private final Results results;
  private final int rounds;
  private final double seconds;
  private boolean failed;

  Scenarios(Results results, int rounds, double seconds) {
    this.results = results;
    this.rounds = rounds;
    this.seconds = seconds;
  }

  /** Whether an answer was wrong or missing. */
  boolean failed() {
    return failed;
  }

  /** Lets JIT compilers do their work before anything counts. */
  void warmUp(List<Contender> all, double jvms) throws IOException {
    for (Contender c : all) {
      double time = c.name().equals("portkey") || c.name().equals("direct") ? 3 : jvms;
      checked(c, "warm-up", Load.run(time, c.chat(Contender.INSTANT, 32, 0, false)));
      checked(c, "warm-up", Load.run(2, c.chat(Contender.FLUENT, 32, 0, true)));
    }
  }

  /** How soon each is ready, and what that takes. */
  void startup(Contenders servers) throws IOException, InterruptedException {
    for (int round = 0; round < rounds; round++) {
      List<Contender> started =
          round % 2 == 0
              ? List.of(servers.gatun(), servers.passThrough())
              : List.of(servers.passThrough(), servers.gatun());
      for (Contender c : started) {
        started(c);
      }
      for (Contender c : servers.portkeys()) {
        started(c);
      }
    }
  }

  private void started(Contender c) throws IOException {
    results.add("ready after, ms", c.name(), c.process().readyMillis());
    results.add("CPU to start, s", c.name(), c.process().cpuSeconds());
    results.add("RSS idle, MiB", c.name(), c.process().rss());
    c.close();
  }

  /** As many requests as are answered, the upstream answering at once. */
  void throughput(List<Contender> all) throws IOException {
    for (int connections : new int[] {1, 32, 128}) {
      String load = "c=" + connections + ": ";
      for (int round = 0; round < rounds; round++) {
        for (Contender c : all) {
          Lane lane = c.chat(Contender.INSTANT, connections, 0, false);
          checked(c, load, Load.run(0.5, lane));
          double before = c.process().cpuSeconds();
          Measured m = checked(c, load, Load.run(seconds, lane));
          double used = c.process().cpuSeconds() - before;
          results.add(load + "requests/s", c.name(), m.rate());
          latencies(load, c, m);
          results.add(load + "CPU, µs a request", c.name(), used / m.answers() * 1e6);
        }
      }
    }
    for (Contender c : all) {
      results.add("RSS after load, MiB", c.name(), c.process().rss());
      results.add("RSS peak, MiB", c.name(), c.process().peakRss());
    }
  }

  private void latencies(String load, Contender c, Measured m) {
    results.add(load + "p50, ms", c.name(), m.latency(0.5));
    results.add(load + "p99, ms", c.name(), m.latency(0.99));
    results.add(load + "p99.9, ms", c.name(), m.latency(0.999));
  }

  /** Requests at a constant rate, the upstream answering after 20 ms. */
  void latency(List<Contender> all) throws IOException {
    for (int rate : new int[] {50, 200}) {
      String load = "20 ms, " + rate + "/s: ";
      for (int round = 0; round < rounds; round++) {
        for (Contender c : all) {
          Lane lane = c.chat(Contender.QUICK, 64, rate, false);
          checked(c, load, Load.run(0.5, lane));
          double before = c.process().cpuSeconds();
          Measured m = checked(c, load, Load.run(Math.max(seconds, 400.0 / rate), lane));
          double used = c.process().cpuSeconds() - before;
          latencies(load, c, m);
          results.add(load + "CPU, µs a request", c.name(), used / m.answers() * 1e6);
        }
      }
      added(load, "p50, ms", all);
      added(load, "p99, ms", all);
    }
    String load = "20 ms, c=100: ";
    for (int round = 0; round < rounds; round++) {
      for (Contender c : all) {
        latencies(
            load, c, checked(c, load, Load.run(seconds, c.chat(Contender.QUICK, 100, 0, false))));
      }
    }
    added(load, "p50, ms", all);
    added(load, "p99, ms", all);
  }

  /** What a contender adds to the upstream's own time, medians of the rounds. */
  private void added(String load, String what, List<Contender> all) {
    double direct = results.median(load + what, "direct");
    for (Contender c : all) {
      if (!c.name().equals("direct")) {
        results.add(
            load + "added " + what, c.name(), results.median(load + what, c.name()) - direct);
      }
    }
  }

  /** Streams: the time until the first word, and events a second. */
  void stream(List<Contender> all) throws IOException {
    for (int connections : new int[] {1, 50}) {
      String load = connections + " streams: ";
      for (int round = 0; round < rounds; round++) {
        for (Contender c : all) {
          Lane lane = c.chat(Contender.FLUENT, connections, 0, true);
          checked(c, load, Load.run(0.5, lane));
          double before = c.process().cpuSeconds();
          Measured m = checked(c, load, Load.run(seconds, lane));
          double used = c.process().cpuSeconds() - before;
          results.add(load + "first word p50, ms", c.name(), m.first(0.5));
          results.add(load + "first word p99, ms", c.name(), m.first(0.99));
          results.add(load + "CPU, µs a stream", c.name(), used / m.answers() * 1e6);
        }
      }
      added(load, "first word p50, ms", all);
      added(load, "first word p99, ms", all);
    }
  }

  /** 500 streams at once: not a word may be lost. */
  void manyStreams(List<Contender> all) throws IOException {
    for (Contender c : all) {
      double before = c.process().cpuSeconds();
      Measured m = checked(c, "500 streams", Load.run(4, c.chat(Contender.SLOW, 500, 0, true)));
      double used = c.process().cpuSeconds() - before;
      results.add("500 streams: whole", c.name(), (double) m.answers());
      results.add("500 streams: broken", c.name(), (double) m.errors());
      results.add("500 streams: first word p50, ms", c.name(), m.first(0.5));
      results.add("500 streams: first word p99, ms", c.name(), m.first(0.99));
      results.add("500 streams: CPU, µs a stream", c.name(), used / m.answers() * 1e6);
      results.add("500 streams: RSS, MiB", c.name(), c.process().rss());
    }
  }

  /** Health and status while one provider hangs and another is asked as much as goes. */
  void health(List<Contender> all) throws IOException {
    for (Contender c : all) {
      if (!c.name().equals("gatun") && !c.name().equals("baseline")) {
        continue;
      }
      for (int round = 0; round < rounds; round++) {
        List<Measured> m =
            Load.run(
                Math.max(seconds, 5),
                List.of(
                    c.chat(Contender.INSTANT, 32, 0, false),
                    c.chat(Contender.HUNG, 100, 0, false),
                    Lane.get(c.port(), "/health", Contenders.KEY, 4, 50),
                    Lane.get(c.port(), "/v1/ai/status", Contenders.KEY, 4, 50)));
        results.add("one provider hung, full load: requests/s", c.name(), m.get(0).rate());
        checked(c, "full load", m.get(0));
        for (int i = 2; i < 4; i++) {
          String page = i == 2 ? "/health" : "/v1/ai/status";
          checked(c, page, m.get(i));
          results.add("full load: " + page + " p50, ms", c.name(), m.get(i).latency(0.5));
          results.add("full load: " + page + " p99, ms", c.name(), m.get(i).latency(0.99));
        }
      }
    }
  }

  private Measured checked(Contender c, String what, Measured m) {
    if (m.errors() > 0) {
      failed = true;
      System.err.println(
          "bench: "
              + c.name()
              + ", "
              + what
              + " "
              + m.errors()
              + " wrong of "
              + (m.errors() + m.answers())
              + ", the first: "
              + m.firstError());
    }
    return m;
  }
}
