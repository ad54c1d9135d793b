package dev.gatun.nn.recurrent;

import dev.gatun.nn.Layer;
import dev.gatun.nn.Members;
import dev.gatun.nn.Model;
import dev.gatun.nn.layer.Dropout;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Layers of a recurrent network over whole sequences: [T, N, input size], or [N, T, input size]
 * with the batch first. Parameters are named and ordered as PyTorch's.
 */
public abstract sealed class Recurrent implements Layer, Model permits Rnn, Lstm, Gru {
  private final Builder<?> options;
  private final Dropout dropout;

  /** By layer, the forward direction before the backward one. */
  private final List<Weights> weights = new ArrayList<>();

  Recurrent(Builder<?> options) {
    this.options = options;
    dropout = new Dropout(options.dropout);
    long out = options.outputSize();
    for (int i = 0; i < options.layers * options.directions(); i++) {
      long in = i < options.directions() ? options.inputSize : out * options.directions();
      weights.add(
          Weights.of(options.gates, in, options.hiddenSize, options.projection, options.bias));
    }
  }

  /**
   * Options of a recurrent layer.
   *
   * @param <L> the layer built
   */
  public static final class Builder<L extends Recurrent> {
    private final long inputSize;
    private final long hiddenSize;
    private final Function<Builder<L>, L> make;
    private Gates gates;
    private int layers = 1;
    private boolean bidirectional;
    private boolean batchFirst;
    private boolean bias = true;
    private double dropout;
    private long projection;

    Builder(Gates gates, long inputSize, long hiddenSize, Function<Builder<L>, L> make) {
      this.gates = gates;
      this.inputSize = inputSize;
      this.hiddenSize = hiddenSize;
      this.make = make;
    }

    Builder<L> gates(Gates value) {
      gates = value;
      return this;
    }

    Builder<L> projection(long size) {
      projection = size;
      return this;
    }

    /** How many layers, each fed with the outputs of the one before; 1 by default. */
    public Builder<L> layers(int count) {
      if (count < 1) {
        throw new IllegalArgumentException("A recurrent network needs a layer, got " + count);
      }
      layers = count;
      return this;
    }

    /** Whether each layer also runs backwards over the sequence; false by default. */
    public Builder<L> bidirectional(boolean value) {
      bidirectional = value;
      return this;
    }

    /** Whether sequences are [N, T, ...] and not [T, N, ...]; false by default. */
    public Builder<L> batchFirst(boolean value) {
      batchFirst = value;
      return this;
    }

    /** Whether there are biases; true by default. */
    public Builder<L> bias(boolean value) {
      bias = value;
      return this;
    }

    /** The probability of dropout after each layer but the last; 0 by default. */
    public Builder<L> dropout(double p) {
      dropout = p;
      return this;
    }

    /** The layer. */
    public L build() {
      return make.apply(this);
    }

    private int directions() {
      return bidirectional ? 2 : 1;
    }

    private long outputSize() {
      return projection == 0 ? hiddenSize : projection;
    }
  }

  @Override
  public final void members(Members members) {
    for (int i = 0; i < weights.size(); i++) {
      int layer = i / options.directions();
      boolean backward = i % options.directions() == 1;
      weights.get(i).members(members, "_l" + layer + (backward ? "_reverse" : ""));
    }
    members.child("dropout", dropout);
  }

  /** The outputs at all steps, beginning with a state of zeros. */
  @Override
  public final Tensor forward(Tensor x) {
    return forward(x, null, null).y();
  }

  /**
   * Runs over sequences.
   *
   * @param x the sequences
   * @param state the states before the first step, [layers * directions, N, H]; null for zeros
   * @param lengths int64 [N], the number of steps of each sequence, or null for all: later steps
   *     leave the state alone, their outputs are 0
   */
  public final RecurrentOutput forward(
      Tensor x, @Nullable RecurrentState state, @Nullable Tensor lengths) {
    if (x.rank() != 3 || x.size(2) != options.inputSize || x.size(time()) == 0) {
      throw new ShapeException(
          getClass().getSimpleName()
              + " needs an input "
              + (options.batchFirst ? "[N, T, " : "[T, N, ")
              + options.inputSize
              + "] of at least one step, got shape "
              + x.shape());
    }
    Tensor sequence = options.batchFirst ? x.transpose(0, 1) : x;
    RecurrentState before = state == null ? zeros(sequence) : state;
    List<RecurrentState> after = new ArrayList<>();
    for (int layer = 0; layer < options.layers; layer++) {
      Tensor[] outputs = new Tensor[options.directions()];
      for (int d = 0; d < outputs.length; d++) {
        int i = layer * outputs.length + d;
        Run run = new Run(weights.get(i), d == 1, lengths);
        outputs[d] = run.over(sequence, part(before, i));
        after.add(run.state);
      }
      sequence = outputs.length == 1 ? outputs[0] : Tensor.concat(-1, outputs);
      if (layer < options.layers - 1) {
        sequence = dropout.forward(sequence);
      }
    }
    return new RecurrentOutput(
        options.batchFirst ? sequence.transpose(0, 1) : sequence, stack(after));
  }

  private int time() {
    return options.batchFirst ? 1 : 0;
  }

  private RecurrentState zeros(Tensor sequence) {
    long n = sequence.size(1);
    long rows = weights.size();
    Tensor hidden =
        Tensor.zeros(Shape.of(rows, n, options.outputSize()), sequence.dtype(), sequence.device());
    Tensor cell =
        options.gates == Gates.LSTM
            ? Tensor.zeros(
                Shape.of(rows, n, options.hiddenSize), sequence.dtype(), sequence.device())
            : null;
    return new RecurrentState(hidden, cell);
  }

  private static RecurrentState part(RecurrentState all, int i) {
    Tensor cell = all.cell();
    return new RecurrentState(all.hidden().select(0, i), cell == null ? null : cell.select(0, i));
  }

  private static RecurrentState stack(List<RecurrentState> parts) {
    List<Tensor> cells = new ArrayList<>();
    for (RecurrentState s : parts) {
      Tensor cell = s.cell();
      if (cell != null) {
        cells.add(cell);
      }
    }
    return new RecurrentState(
        Tensor.stack(0, parts.stream().map(RecurrentState::hidden).toArray(Tensor[]::new)),
        cells.isEmpty() ? null : Tensor.stack(0, cells.toArray(Tensor[]::new)));
  }

  /** One direction of one layer. */
  private final class Run {
    private final Weights w;
    private final boolean backward;
    private final @Nullable Tensor lengths;
    private RecurrentState state = RecurrentState.of(Tensor.scalar(0));

    Run(Weights w, boolean backward, @Nullable Tensor lengths) {
      this.w = w;
      this.backward = backward;
      this.lengths = lengths;
    }

    Tensor over(Tensor sequence, RecurrentState first) {
      state = first;
      Tensor input = w.ofInput(sequence); // one product for all steps
      Tensor[] outputs = new Tensor[Math.toIntExact(sequence.size(0))];
      for (int i = 0; i < outputs.length; i++) {
        int t = backward ? outputs.length - 1 - i : i;
        RecurrentState next = options.gates.step(input.select(0, t), state, w);
        outputs[t] = next.hidden();
        if (lengths != null) {
          Tensor active = lengths.gt((long) t).unsqueeze(1);
          outputs[t] = active.where(outputs[t], outputs[t].zerosLike());
          next = next.where(active, state);
        }
        state = next;
      }
      return Tensor.stack(0, outputs);
    }
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName()
        + "("
        + options.inputSize
        + ", "
        + options.hiddenSize
        + ", layers="
        + options.layers
        + ", bidirectional="
        + options.bidirectional
        + ")";
  }
}
