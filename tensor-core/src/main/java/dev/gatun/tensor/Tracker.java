package dev.gatun.tensor;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers where live tensors were made, when {@code -Dgatun.trackTensors=true}. Thread-safe. */
final class Tracker {
  static final boolean ENABLED = Boolean.getBoolean("gatun.trackTensors");

  private static final ConcurrentHashMap<Origin, Boolean> LIVE = new ConcurrentHashMap<>();

  private Tracker() {}

  /** The creation of one tensor handle; identity is the key. */
  static final class Origin {
    private final String type;
    private final long bytes;
    private final StackWalker.StackFrame frame;

    private Origin(String type, long bytes, StackWalker.StackFrame frame) {
      this.type = type;
      this.bytes = bytes;
      this.frame = frame;
    }
  }

  static Origin opened(DType dtype, Shape shape) {
    var frame =
        StackWalker.getInstance()
            .walk(frames ->
                frames
                    .filter(f -> !f.getClassName().startsWith("dev.gatun.tensor.Tensor"))
                    .filter(f -> !f.getClassName().startsWith("dev.gatun.tensor.Engine"))
                    .filter(f -> !f.getClassName().startsWith("dev.gatun.tensor.Tracker"))
                    .findFirst()
                    .orElseThrow());
    var origin = new Origin(dtype + shape.toString(), shape.numel() * dtype.byteSize(), frame);
    LIVE.put(origin, true);
    return origin;
  }

  static void closed(Origin origin) {
    LIVE.remove(origin);
  }

  static List<String> report() {
    return LIVE.keySet().stream()
        .sorted(Comparator.comparingLong((Origin o) -> o.bytes).reversed())
        .map(o -> o.type + " (" + o.bytes + " bytes) made at " + o.frame)
        .toList();
  }
}
