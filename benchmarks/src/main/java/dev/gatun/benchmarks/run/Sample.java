package dev.gatun.benchmarks.run;

import dev.gatun.benchmarks.compare.Unit;
import java.util.List;

/**
 * The values of a case's batches on one library.
 *
 * @param values in ascending order; not empty
 */
record Sample(List<Double> values) {
  Sample {
    values = values.stream().sorted().toList();
  }

  double median() {
    int middle = values.size() / 2;
    return values.size() % 2 == 1
        ? values.get(middle)
        : (values.get(middle - 1) + values.get(middle)) / 2;
  }

  double min() {
    return values.getFirst();
  }

  double max() {
    return values.getLast();
  }

  double best(Unit unit) {
    return unit.higherIsBetter() ? max() : min();
  }

  /** How many times as good this is as the other: above 1, this is better. */
  double ratio(Sample other, Unit unit) {
    return unit.higherIsBetter() ? median() / other.median() : other.median() / median();
  }
}
