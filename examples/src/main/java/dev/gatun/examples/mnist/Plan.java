package dev.gatun.examples.mnist;

import dev.gatun.nn.train.TrainerListener;
import dev.gatun.tensor.FormatException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What decides a run's numbers. As a listener it puts itself into each checkpoint, and refuses one
 * that another plan made: a run that goes on under other settings would equal no whole run.
 *
 * @param examples the number of training images
 */
record Plan(Kind model, long epochs, int batch, double rate, long seed, long examples)
    implements TrainerListener {

  /** The models, with what each needs to learn MNIST. */
  enum Kind {
    CNN(4, 64, 4e-3),
    MLP(10, 128, 3e-3);

    final long epochs;
    final int batch;
    final double rate;

    Kind(long epochs, int batch, double rate) {
      this.epochs = epochs;
      this.batch = batch;
      this.rate = rate;
    }

    Network build(Digits data) {
      return switch (this) {
        case CNN -> Network.cnn(data);
        case MLP -> Network.mlp(data);
      };
    }

    /** As on the command line. */
    @Override
    public String toString() {
      return switch (this) {
        case CNN -> "cnn";
        case MLP -> "mlp";
      };
    }
  }

  /** The number of steps in all. */
  long steps() {
    return epochs * Math.ceilDiv(examples, (long) batch);
  }

  @Override
  public Map<String, String> state() {
    var state = new LinkedHashMap<String, String>();
    state.put("model", model.toString());
    state.put("epochs", Long.toString(epochs));
    state.put("batch", Integer.toString(batch));
    state.put("lr", Double.toString(rate));
    state.put("seed", Long.toString(seed));
    state.put("images", Long.toString(examples));
    return state;
  }

  @Override
  public void restore(Map<String, String> saved) {
    state()
        .forEach((name, value) -> {
          if (!value.equals(saved.get(name))) {
            throw new FormatException(
                "The checkpoint is of a run with "
                    + name
                    + " "
                    + saved.get(name)
                    + ", this one has "
                    + value
                    + ": give the same options to go on with it");
          }
        });
  }
}
