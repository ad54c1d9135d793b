package dev.gatun.examples.ai.replay;

/**
 * What a way of choosing models gave, beside always asking the best single model.
 *
 * @param quality its mean score
 * @param saving the share of the cost that it saves
 * @param difference the mean of its score less the single model's, question by question
 * @param error the standard error of that mean
 */
record Outcome(double quality, double saving, double difference, double error) {
  /** The lower bound of the 95 % interval of the difference. */
  double lower() {
    return difference - 1.96 * error;
  }

  double upper() {
    return difference + 1.96 * error;
  }

  /** Compares scores and costs, question by question. */
  static Outcome of(double[] score, double[] cost, double[] baseScore, double[] baseCost) {
    int n = score.length;
    double sum = 0;
    double squares = 0;
    double quality = 0;
    double spent = 0;
    double base = 0;
    for (int i = 0; i < n; i++) {
      double d = score[i] - baseScore[i];
      sum += d;
      squares += d * d;
      quality += score[i];
      spent += cost[i];
      base += baseCost[i];
    }
    double mean = sum / n;
    double variance = Math.max(0, squares / n - mean * mean) * n / Math.max(1, n - 1);
    return new Outcome(quality / n, 1 - spent / base, mean, Math.sqrt(variance / n));
  }
}
