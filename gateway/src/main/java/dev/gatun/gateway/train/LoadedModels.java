package dev.gatun.gateway.train;

import dev.gatun.gateway.files.FileStorage.LocalCopy;
import dev.gatun.nn.layer.Sequential;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The networks that were asked last, ready to be asked again. Thread-safe. */
final class LoadedModels implements AutoCloseable {
  private static final int MOST = 8;

  private final ModelStore store;
  private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

  LoadedModels(ModelStore store) {
    this.store = store;
  }

  /** Asks a network; one at a time asks the same one. */
  <T> T with(TrainedModel model, Function<Sequential, T> question) {
    while (true) {
      Entry entry = entry(model.id());
      synchronized (entry) {
        if (!entry.closed) {
          return question.apply(entry.network(model));
        }
      }
    }
  }

  private Entry entry(String id) {
    Entry oldest = null;
    Entry found;
    synchronized (entries) {
      found = entries.computeIfAbsent(id, _ -> new Entry());
      if (entries.size() > MOST) {
        Iterator<Entry> all = entries.values().iterator();
        oldest = all.next();
        all.remove();
      }
    }
    if (oldest != null) {
      oldest.close();
    }
    return found;
  }

  /** Forgets a network. */
  void forget(String id) {
    Entry entry;
    synchronized (entries) {
      entry = entries.remove(id);
    }
    if (entry != null) {
      entry.close();
    }
  }

  private final class Entry {
    private @Nullable Sequential network;
    private boolean closed;

    Sequential network(TrainedModel model) {
      if (network == null) {
        try (LocalCopy weights = store.weights(model)) {
          network = Fit.load(model.network(), model.encoder(), weights.path());
        }
      }
      return network;
    }

    synchronized void close() {
      closed = true;
      if (network != null) {
        network.close();
        network = null;
      }
    }
  }

  @Override
  public void close() {
    synchronized (entries) {
      entries.values().forEach(Entry::close);
      entries.clear();
    }
  }
}
