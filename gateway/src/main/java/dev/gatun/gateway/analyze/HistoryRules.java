package dev.gatun.gateway.analyze;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is wrong with a training, judged from its history. Epochs are counted from 1. */
final class HistoryRules {
  private final double[] loss;
  private final double[] validation;
  private final History history;
  private final List<Finding> findings = new ArrayList<>();

  private HistoryRules(History history) {
    this.history = history;
    double[] v = history.column("val_loss");
    validation = v == null ? new double[0] : v;
    double[] l = history.column("loss");
    loss = l == null ? validation : l;
  }

  static List<Finding> judge(History history) {
    HistoryRules rules = new HistoryRules(history);
    boolean finite = !rules.notFinite("loss", rules.loss);
    if (rules.notFinite("val_loss", rules.validation) || !finite) {
      return rules.findings; // the other rules compare numbers
    }
    rules.divergence();
    rules.oscillation();
    rules.notLearning();
    rules.overfitting();
    rules.accuracyGap();
    rules.plateau();
    rules.stillImproving();
    return rules.findings;
  }

  private static String f(double v) {
    return String.format(Locale.ROOT, "%.4g", v);
  }

  private static int leastAt(double[] v) {
    int at = 0;
    for (int i = 1; i < v.length; i++) {
      at = v[i] < v[at] ? i : at;
    }
    return at;
  }

  private static double mean(double[] v, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += v[i];
    }
    return sum / (to - from);
  }

  private boolean notFinite(String name, double[] v) {
    for (int i = 0; i < v.length; i++) {
      if (!Double.isFinite(v[i])) {
        findings.add(
            Finding.error(
                "loss-not-finite",
                "The loss is no finite number",
                name + " is " + v[i] + " at epoch " + (i + 1),
                "Lower the learning rate, clip gradients, and look for logarithms or divisions of 0"
                    + " and for broken rows in the data."));
        return true;
      }
    }
    return false;
  }

  private boolean diverges;

  private void divergence() {
    int n = loss.length;
    if (n < 3) {
      return;
    }
    double least = loss[leastAt(loss)];
    double end = mean(loss, Math.max(0, n - 2), n);
    if (end > 2 * Math.max(least, 1e-9) && end > loss[0] * 1.2) {
      diverges = true;
      findings.add(
          Finding.error(
              "divergence",
              "The training loss grows",
              "from "
                  + f(loss[0])
                  + " at epoch 1 and "
                  + f(least)
                  + " at epoch "
                  + (leastAt(loss) + 1)
                  + " to "
                  + f(loss[n - 1])
                  + " at epoch "
                  + n,
              "Divide the learning rate by 3 to 10, warm it up, and clip gradients."));
    }
  }

  private boolean oscillates;

  private void oscillation() {
    int n = loss.length;
    if (n < 6 || diverges) {
      return;
    }
    int turns = 0;
    double jumps = 0;
    for (int i = 1; i < n; i++) {
      jumps += Math.abs(loss[i] - loss[i - 1]);
      if (i > 1 && (loss[i] - loss[i - 1]) * (loss[i - 1] - loss[i - 2]) < 0) {
        turns++;
      }
    }
    double jump = jumps / (n - 1) / Math.max(1e-12, mean(loss, 0, n));
    if (turns >= 0.5 * (n - 2) && jump > 0.1) {
      oscillates = true;
      findings.add(
          Finding.warning(
              "oscillation",
              "The training loss jumps up and down: the learning rate is too high",
              turns
                  + " turns in "
                  + n
                  + " epochs, by "
                  + Math.round(100 * jump)
                  + " % of the loss in the mean",
              "Divide the learning rate by 3 to 10, or take larger batches."));
    }
  }

  private boolean learns = true;

  private void notLearning() {
    int n = loss.length;
    if (n < 5 || diverges || oscillates) {
      return;
    }
    double end = loss[leastAt(loss)];
    if (loss[0] > 1e-6 && end > 0.97 * loss[0]) {
      learns = false;
      findings.add(
          Finding.warning(
              "does-not-learn",
              "The training loss hardly falls at all",
              "from " + f(loss[0]) + " to " + f(end) + " at best in " + n + " epochs",
              "Check that inputs are standardised and labels fit, then raise the learning rate or the"
                  + " size of the network."));
    }
  }

  private boolean overfits;

  private void overfitting() {
    int n = validation.length;
    if (n < 4 || history.column("loss") == null || diverges) {
      return;
    }
    int best = leastAt(validation);
    int since = n - 1 - best;
    double end = mean(validation, n - Math.min(2, since + 1), n);
    if (since >= Math.max(2, n / 10) && end > 1.05 * validation[best] && loss[n - 1] < loss[best]) {
      overfits = true;
      findings.add(
          Finding.warning(
              "overfitting",
              "The validation loss rises while the training loss falls",
              "val_loss "
                  + f(validation[best])
                  + " at epoch "
                  + (best + 1)
                  + ", "
                  + f(validation[n - 1])
                  + " at epoch "
                  + n
                  + "; loss "
                  + f(loss[best])
                  + " and "
                  + f(loss[n - 1]),
              "Stop at epoch "
                  + (best + 1)
                  + " (early stopping), and add dropout, weight decay, augmentation or data."));
    }
  }

  private void accuracyGap() {
    double[] train = history.column("accuracy");
    double[] val = history.column("val_accuracy");
    if (train == null || val == null) {
      return;
    }
    double scale = train[train.length - 1] > 1.5 ? 100 : 1; // given in per cent
    double gap = (train[train.length - 1] - val[val.length - 1]) / scale;
    if (gap > 0.1) {
      findings.add(
          Finding.warning(
              "generalisation-gap",
              "The accuracy on the validation data is far below that on the training data",
              "accuracy "
                  + f(train[train.length - 1])
                  + ", val_accuracy "
                  + f(val[val.length - 1])
                  + " at the last epoch",
              "Regularise, take a smaller network, or get more data."));
    }
  }

  private void plateau() {
    int n = loss.length;
    int third = n / 3;
    if (n < 9 || diverges || oscillates || !learns || overfits) {
      return;
    }
    double before = loss[n - 1 - third];
    double gain = (before - loss[n - 1]) / Math.max(1e-12, Math.abs(before));
    double whole = loss[0] - loss[n - 1];
    // A loss that is small beside where it began has arrived; it has not got stuck.
    if (Math.abs(gain) < 0.01 && loss[n - 1] > 0.05 * Math.abs(loss[0]) && whole > 0) {
      findings.add(
          Finding.info(
              "plateau",
              "The training loss has stopped falling",
              "from "
                  + f(before)
                  + " at epoch "
                  + (n - third)
                  + " to "
                  + f(loss[n - 1])
                  + " at epoch "
                  + n,
              "Lower the learning rate in the last epochs (cosine schedule, or on plateaus); if it"
                  + " stays, enlarge the network or stop earlier."));
    }
  }

  private void stillImproving() {
    int n = loss.length;
    double[] judged = validation.length == n && n > 0 ? validation : loss;
    if (n < 4 || diverges || oscillates || overfits) {
      return;
    }
    if (leastAt(judged) == n - 1 && judged[n - 1] < 0.97 * judged[n - 3]) {
      findings.add(
          Finding.info(
              "still-improving",
              "The loss was still falling when the training ended",
              "from " + f(judged[n - 3]) + " to " + f(judged[n - 1]) + " in the last two epochs",
              "Train for more epochs."));
    }
  }
}
