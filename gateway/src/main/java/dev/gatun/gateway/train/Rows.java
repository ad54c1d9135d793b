package dev.gatun.gateway.train;

import dev.gatun.gateway.http.Problem;
import dev.gatun.nn.data.TensorDataset;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A table's rows in numbers, parted at random: inputs [n, inputs], and targets [n] of classes or
 * [n, 1] of standardised numbers.
 *
 * @param train what is learnt from
 * @param validation what is judged by
 * @param baseline the measure (accuracy, or mean absolute error) that the best constant answer has
 *     in the validation rows
 */
record Rows(Encoder encoder, TensorDataset train, TensorDataset validation, double baseline)
    implements AutoCloseable {

  /**
   * Parts and encodes a table.
   *
   * @param at where the table is in the request, for errors
   * @throws Problem 400 that names what is wrong
   */
  static Rows of(Table table, TrainSpec spec, String at) {
    int[] order = shuffled(table.rows().size(), spec.seed());
    int validation = (int) Math.round(order.length * spec.validationSplit());
    validation = Math.min(Math.max(1, validation), order.length - 1);
    if (order.length < 2) {
      throw Problem.field(
          at, "The table needs two rows or more: one to learn from, one to judge by");
    }
    int[] judged = Arrays.copyOfRange(order, 0, validation);
    int[] learnt = Arrays.copyOfRange(order, validation, order.length);
    Encoder encoder = Encoder.learn(table, spec, learnt, at);
    return new Rows(
        encoder,
        data(table, encoder, learnt, at),
        data(table, encoder, judged, at),
        baseline(table, encoder, learnt, judged));
  }

  private static int[] shuffled(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  private static TensorDataset data(Table table, Encoder encoder, int[] rows, String at) {
    int width = encoder.inputs();
    float[] inputs = new float[rows.length * width];
    int target = table.columns().indexOf(encoder.target());
    int[] columns =
        encoder.features().stream().mapToInt(f -> table.columns().indexOf(f.name())).toArray();
    List<String> cells = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      cells.clear();
      for (int c : columns) {
        cells.add(table.rows().get(rows[i])[c]);
      }
      try {
        encoder.encode(cells, inputs, i * width);
      } catch (Feature.BadCell e) {
        throw Problem.field(at, "Row " + (rows[i] + 1) + ": " + e.getMessage());
      }
    }
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(inputs, Shape.of(rows.length, width));
      Tensor y;
      if (encoder.isClassification()) {
        long[] classes = new long[rows.length];
        for (int i = 0; i < rows.length; i++) {
          classes[i] = encoder.classOf(table.rows().get(rows[i])[target]);
        }
        y = Tensor.of(classes, Shape.of(rows.length));
      } else {
        float[] numbers = new float[rows.length];
        for (int i = 0; i < rows.length; i++) {
          numbers[i] = encoder.standardised(table.rows().get(rows[i])[target]);
        }
        y = Tensor.of(numbers, Shape.of(rows.length, 1));
      }
      return TensorDataset.of(x, y);
    }
  }

  private static double baseline(Table table, Encoder encoder, int[] learnt, int[] judged) {
    int target = table.columns().indexOf(encoder.target());
    if (!encoder.isClassification()) {
      double sum = 0;
      for (int r : judged) {
        sum += Math.abs(Double.parseDouble(table.rows().get(r)[target]) - encoder.mean());
      }
      return sum / judged.length;
    }
    int[] counts = new int[encoder.outputs()];
    for (int r : learnt) {
      counts[encoder.classOf(table.rows().get(r)[target])]++;
    }
    int most = 0;
    for (int i = 1; i < counts.length; i++) {
      most = counts[i] > counts[most] ? i : most;
    }
    int right = 0;
    for (int r : judged) {
      right += encoder.classOf(table.rows().get(r)[target]) == most ? 1 : 0;
    }
    return (double) right / judged.length;
  }

  @Override
  public void close() {
    train.close();
    validation.close();
  }
}
