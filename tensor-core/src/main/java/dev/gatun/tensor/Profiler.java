package dev.gatun.tensor;

import dev.gatun.tensor.op.Op;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Times every operation of this thread:
 *
 * <pre>{@code
 * try (var profiler = Profiler.start()) {
 *   model.forward(batch);
 *   System.out.println(profiler.table());
 * }
 * }</pre>
 *
 * <p>Each operation is also a {@code dev.gatun.Op} event of Java Flight Recorder while a recording
 * runs and the module {@code jdk.jfr} is there. On devices that compute asynchronously the time is
 * that of the call, unless it waits for each result.
 */
public final class Profiler implements Interceptor, AutoCloseable {
  private static final boolean RECORDER = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  /**
   * What all calls of an operation took.
   *
   * @param name the operation's name
   * @param calls how often it ran
   * @param nanos the time of all calls
   * @param elements the number of elements of all results
   */
  public record Entry(String name, long calls, long nanos, long elements) {}

  private final Map<String, Entry> entries = new HashMap<>();
  private final boolean wait;
  private final Engine.Installation installation;

  private Profiler(boolean wait) {
    this.wait = wait;
    this.installation = Engine.install(this);
  }

  /** Times this thread's operations until closed. */
  public static Profiler start() {
    return new Profiler(false);
  }

  /** As {@link #start}, waiting for the device after each operation. */
  public static Profiler startSynchronous() {
    return new Profiler(true);
  }

  @Override
  public Tensor[] call(Op op, Tensor[] inputs, Next next) {
    long start = System.nanoTime();
    Tensor[] outputs = RECORDER ? OpEvent.record(op, inputs, next) : next.call(op, inputs);
    if (wait) {
      Gatun.synchronize(outputs[0].device());
    }
    long nanos = System.nanoTime() - start;
    long elements = 0;
    for (Tensor t : outputs) {
      elements += t.numel();
    }
    entries.merge(op.name(), new Entry(op.name(), 1, nanos, elements), Profiler::sum);
    return outputs;
  }

  private static Entry sum(Entry a, Entry b) {
    return new Entry(a.name, a.calls + b.calls, a.nanos + b.nanos, a.elements + b.elements);
  }

  static String shapes(Tensor[] inputs) {
    return Stream.of(inputs)
        .map(t -> t.dtype() + t.shape().toString())
        .collect(Collectors.joining(", "));
  }

  /** What each operation took so far, the longest first. */
  public List<Entry> entries() {
    return entries.values().stream()
        .sorted(Comparator.comparingLong(Entry::nanos).reversed().thenComparing(Entry::name))
        .toList();
  }

  /** A table of {@link #entries}. */
  public String table() {
    long total = Math.max(1, entries.values().stream().mapToLong(Entry::nanos).sum());
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT, "%-24s%10s%14s%12s%8s%n", "op", "calls", "total ms", "mean us", "share"));
    for (Entry e : entries()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-24s%10d%14.3f%12.2f%7.1f%%%n",
              e.name,
              e.calls,
              e.nanos / 1e6,
              e.nanos / 1e3 / e.calls,
              100.0 * e.nanos / total));
    }
    return text.toString();
  }

  /** Stops timing; the entries stay. */
  @Override
  public void close() {
    installation.close();
  }
}
