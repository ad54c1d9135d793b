package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Context;
import dev.gatun.examples.conformance.Operations;
import dev.gatun.nn.recurrent.Gru;
import dev.gatun.nn.recurrent.GruCell;
import dev.gatun.nn.recurrent.Lstm;
import dev.gatun.nn.recurrent.LstmCell;
import dev.gatun.nn.recurrent.Recurrent;
import dev.gatun.nn.recurrent.RecurrentCell;
import dev.gatun.nn.recurrent.RecurrentOutput;
import dev.gatun.nn.recurrent.RecurrentState;
import dev.gatun.nn.recurrent.Rnn;
import dev.gatun.nn.recurrent.RnnCell;
import dev.gatun.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Recurrent cells and layers. */
final class RecurrentCases {
  private RecurrentCases() {}

  static void addTo(Operations t) {
    t.op("RNNCell", c -> cell(c, new RnnCell(in(c), hidden(c))).hidden());
    t.op("GRUCell", c -> cell(c, new GruCell(in(c), hidden(c))).hidden());
    t.ops("LSTMCell", c -> named("h1", "c1", cell(c, new LstmCell(in(c), hidden(c)))));
    t.ops(
        "RNN",
        c ->
            layers(
                c,
                c.attributes().text("nonlinearity", "tanh").equals("relu")
                    ? Rnn.ofRelu(in(c), hidden(c))
                    : Rnn.of(in(c), hidden(c))));
    t.ops("GRU", c -> layers(c, Gru.of(in(c), hidden(c))));
    t.ops(
        "LSTM",
        c ->
            layers(
                c,
                c.has("proj")
                    ? Lstm.projected(in(c), hidden(c), c.integer("proj"))
                    : Lstm.of(in(c), hidden(c))));
  }

  private static int in(Context c) {
    return c.integer("input");
  }

  private static int hidden(Context c) {
    return c.integer("hidden");
  }

  private static RecurrentState cell(Context c, RecurrentCell cell) {
    return c.load(cell).forward(c.x(), state(c, "h", "c"));
  }

  private static @Nullable RecurrentState state(Context c, String hidden, String cell) {
    return c.hasInput(hidden) ? new RecurrentState(c.in(hidden), c.optional(cell)) : null;
  }

  private static Map<String, Tensor> layers(Context c, Recurrent.Builder<?> builder) {
    Recurrent layers =
        builder
            .layers(c.integer("layers", 1))
            .bidirectional(c.flag("bidirectional"))
            .batchFirst(c.flag("batch_first"))
            .build();
    Tensor lengths = c.has("lengths") ? Tensor.of(c.longs("lengths")).to(c.device()) : null;
    RecurrentOutput out = c.load(layers).forward(c.x(), state(c, "h0", "c0"), lengths);
    Map<String, Tensor> named = named("hn", "cn", out.state());
    named.put("y", out.y());
    return named;
  }

  private static Map<String, Tensor> named(String hidden, String cell, RecurrentState state) {
    Map<String, Tensor> out = new LinkedHashMap<>();
    out.put(hidden, state.hidden());
    Tensor c = state.cell();
    if (c != null) {
      out.put(cell, c);
    }
    return out;
  }
}
