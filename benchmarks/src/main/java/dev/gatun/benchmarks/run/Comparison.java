package dev.gatun.benchmarks.run;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Cases;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Runs cases on several libraries at once: each in a process of its own, one batch of one after one
 * batch of the other, so that a noisy moment of the machine meets all of them.
 */
final class Comparison {
  static final int BATCHES = 9;

  private final int threads;
  private final double warmUpSeconds;
  private final double batchSeconds;
  private final Consumer<String> log;

  Comparison(int threads, double warmUpSeconds, double batchSeconds, Consumer<String> log) {
    this.threads = threads;
    this.warmUpSeconds = warmUpSeconds;
    this.batchSeconds = batchSeconds;
    this.log = log;
  }

  /** What came of a case: a sample for each library that did it, by name, ours first. */
  record Row(Case what, Map<String, Sample> samples) {}

  /**
   * Runs cases of one bench.
   *
   * @param rows receives each case's result when it is there
   */
  void run(List<Case> cases, List<Contender> contenders, Consumer<Row> rows) throws IOException {
    Map<String, WorkerProcess> workers = new LinkedHashMap<>();
    try {
      for (Contender c : contenders) {
        WorkerProcess worker = new WorkerProcess(c, threads);
        workers.put(c.name(), worker);
        log.accept(c.name() + ": " + worker.description());
      }
      for (Case c : cases) {
        rows.accept(run(c, workers));
      }
    } finally {
      for (WorkerProcess w : workers.values()) {
        w.close();
      }
    }
  }

  private Row run(Case c, Map<String, WorkerProcess> workers) throws IOException {
    log.accept(c.bench() + ' ' + c.name());
    Map<String, List<Double>> values = new LinkedHashMap<>();
    for (var entry : workers.entrySet()) {
      if (entry.getValue().prepare(Cases.ALL.indexOf(c), warmUpSeconds, batchSeconds)) {
        values.put(entry.getKey(), new ArrayList<>());
      }
    }
    for (int i = 0; i < BATCHES; i++) {
      for (var entry : values.entrySet()) {
        WorkerProcess worker = workers.get(entry.getKey());
        if (worker != null) {
          entry.getValue().add(worker.batch());
        }
      }
    }
    Map<String, Sample> samples = new LinkedHashMap<>();
    values.forEach((name, list) -> samples.put(name, new Sample(list)));
    return new Row(c, samples);
  }
}
