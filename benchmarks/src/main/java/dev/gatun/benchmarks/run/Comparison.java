package dev.gatun.benchmarks.run;

import dev.gatun.benchmarks.compare.Case;
import dev.gatun.benchmarks.compare.Unit;
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
  private static final int PROCESSES = 3;

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
    if (cases.stream().allMatch(c -> c.unit() == Unit.MEBIBYTES)) {
      for (Case c : cases) {
        rows.accept(memory(c, contenders));
      }
      return;
    }
    Map<String, WorkerProcess> workers = new LinkedHashMap<>();
    try {
      for (Contender c : contenders) {
        workers.put(c.name(), start(c));
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

  /** Memory is a whole process': every value comes from a fresh one. */
  private Row memory(Case c, List<Contender> contenders) throws IOException {
    log.accept(c.bench() + ' ' + c.name());
    Map<String, List<Double>> values = new LinkedHashMap<>();
    for (int i = 0; i < PROCESSES; i++) {
      for (Contender contender : contenders) {
        try (WorkerProcess worker = start(contender)) {
          if (worker.prepare(c, 0, 0)) {
            values.computeIfAbsent(contender.name(), _ -> new ArrayList<>()).add(worker.batch());
          }
        }
      }
    }
    return row(c, values);
  }

  private WorkerProcess start(Contender contender) throws IOException {
    WorkerProcess worker = new WorkerProcess(contender, threads);
    log.accept(contender.name() + ": " + worker.description());
    return worker;
  }

  private Row run(Case c, Map<String, WorkerProcess> workers) throws IOException {
    log.accept(c.bench() + ' ' + c.name());
    Map<String, List<Double>> values = new LinkedHashMap<>();
    for (var entry : workers.entrySet()) {
      if (entry.getValue().prepare(c, warmUpSeconds, batchSeconds)) {
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
    return row(c, values);
  }

  private static Row row(Case c, Map<String, List<Double>> values) {
    Map<String, Sample> samples = new LinkedHashMap<>();
    values.forEach((name, list) -> samples.put(name, new Sample(list)));
    return new Row(c, samples);
  }
}
