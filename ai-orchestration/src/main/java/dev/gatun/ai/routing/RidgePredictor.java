package dev.gatun.ai.routing;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.Message;
import dev.gatun.ai.ModelRef;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ModelInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Predicts quality from the words of a request: ridge regression on hashed words and symbols, one
 * target a model, solved exactly by a Cholesky factorisation. Training takes seconds for thousands
 * of examples; a prediction takes microseconds. Immutable and thread-safe.
 *
 * <p>A model that it was not trained for has the quality that the catalog says.
 */
public final class RidgePredictor implements QualityPredictor {
  private static final long VERSION = 1;

  private final int buckets;
  private final Map<ModelRef, double[]> weights;

  private RidgePredictor(int buckets, Map<ModelRef, double[]> weights) {
    this.buckets = buckets;
    this.weights = Map.copyOf(weights);
  }

  /**
   * A request and how good each model's answer to it was.
   *
   * @param text the request's text
   * @param scores the scores, 0 to 1
   */
  public record Example(String text, Map<ModelRef, Double> scores) {
    /** Copies the map. */
    public Example {
      scores = Map.copyOf(scores);
    }
  }

  /** Trains with 2,048 buckets and a ridge of 5. */
  public static RidgePredictor train(List<Example> examples) {
    return train(examples, 2048, 5);
  }

  /**
   * Trains.
   *
   * @param examples at least one; all with scores of the same models
   * @param buckets how many different features; the time grows with its cube
   * @param ridge how strongly weights are held near zero, over 0
   * @throws IllegalArgumentException when there are no examples, or one lacks a model's score
   */
  public static RidgePredictor train(List<Example> examples, int buckets, double ridge) {
    if (examples.isEmpty() || buckets < 1 || !(ridge > 0)) {
      throw new IllegalArgumentException(
          "Training needs examples, buckets and a ridge over 0, got "
              + examples.size()
              + ", "
              + buckets
              + ", "
              + ridge);
    }
    List<ModelRef> models = List.copyOf(new LinkedHashSet<>(examples.getFirst().scores().keySet()));
    int n = buckets + TextFeatures.DENSE;
    double[][] gram = new double[n][];
    for (int i = 0; i < n; i++) {
      gram[i] = new double[i + 1];
    }
    double[][] targets = new double[models.size()][n];
    for (Example e : examples) {
      TextFeatures f = TextFeatures.of(e.text(), buckets);
      for (int a = 0; a < f.index.length; a++) {
        double[] row = gram[f.index[a]];
        for (int b = 0; b <= a; b++) { // indices ascend
          row[f.index[b]] += f.value[a] * f.value[b];
        }
      }
      for (int m = 0; m < models.size(); m++) {
        Double score = e.scores().get(models.get(m));
        if (score == null || e.scores().size() != models.size()) {
          throw new IllegalArgumentException(
              "Every example needs a score of each of " + models + ", one has " + e.scores());
        }
        for (int a = 0; a < f.index.length; a++) {
          targets[m][f.index[a]] += score * f.value[a];
        }
      }
    }
    for (int i = 0; i < n; i++) {
      gram[i][i] += i == buckets ? 1e-6 : ridge; // the bias is free
    }
    cholesky(gram);
    Map<ModelRef, double[]> weights = new HashMap<>();
    for (int m = 0; m < models.size(); m++) {
      weights.put(models.get(m), solve(gram, targets[m]));
    }
    return new RidgePredictor(buckets, weights);
  }

  /** Replaces a symmetric positive definite matrix, given by its lower half, by its factor. */
  private static void cholesky(double[][] a) {
    for (int i = 0; i < a.length; i++) {
      double[] row = a[i];
      for (int j = 0; j <= i; j++) {
        double[] other = a[j];
        double sum = row[j] - dot(row, other, j);
        row[j] = i == j ? Math.sqrt(sum) : sum / other[j];
      }
    }
  }

  /** Four sums at once, so that additions need not wait for each other. */
  private static double dot(double[] x, double[] y, int n) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int k = 0;
    for (; k + 3 < n; k += 4) {
      s0 += x[k] * y[k];
      s1 += x[k + 1] * y[k + 1];
      s2 += x[k + 2] * y[k + 2];
      s3 += x[k + 3] * y[k + 3];
    }
    for (; k < n; k++) {
      s0 += x[k] * y[k];
    }
    return s0 + s1 + s2 + s3;
  }

  private static double[] solve(double[][] factor, double[] b) {
    int n = b.length;
    double[] x = b.clone();
    for (int i = 0; i < n; i++) {
      x[i] = (x[i] - dot(factor[i], x, i)) / factor[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
      x[i] /= factor[i][i];
      for (int j = 0; j < i; j++) {
        x[j] -= factor[i][j] * x[i];
      }
    }
    return x;
  }

  /** The models that it was trained for. */
  public Set<ModelRef> models() {
    return weights.keySet();
  }

  @Override
  public ToDoubleFunction<ModelInfo> predict(ChatRequest request) {
    TextFeatures f = TextFeatures.of(text(request), buckets);
    return model -> {
      double[] w = weights.get(model.ref());
      return w == null ? model.quality(request.task()) : Math.clamp(f.dot(w), 0, 1);
    };
  }

  private static String text(ChatRequest request) {
    StringBuilder text = new StringBuilder();
    for (Message m : request.messages()) {
      if (m.role() != Message.Role.SYSTEM) {
        text.append(text.isEmpty() ? "" : "\n").append(m.text());
      }
    }
    return text.toString();
  }

  /** This predictor as JSON, for {@link #of}. */
  public Json.Obj toJson() {
    Json.ObjectBuilder models = Json.object();
    weights.forEach((m, w) -> {
      List<Json> values = new ArrayList<>(w.length);
      for (double v : w) {
        values.add(Json.of((float) v));
      }
      models.put(m.toString(), new Json.Arr(values));
    });
    return Json.object()
        .put("version", VERSION)
        .put("buckets", buckets)
        .put("models", models.build())
        .build();
  }

  /**
   * A predictor that {@link #toJson} wrote.
   *
   * @throws IllegalArgumentException when it is something else
   */
  public static RidgePredictor of(Json.Obj json) {
    long buckets = json.integer("buckets").orElse(0);
    if (json.integer("version").orElse(0) != VERSION || buckets < 1 || buckets > 1 << 20) {
      throw new IllegalArgumentException("Not a quality predictor of version " + VERSION);
    }
    Map<ModelRef, double[]> weights = new HashMap<>();
    json.object("models")
        .members()
        .forEach((name, values) -> {
          if (!(values instanceof Json.Arr a)
              || a.elements().size() != buckets + TextFeatures.DENSE) {
            throw new IllegalArgumentException(
                "The weights of "
                    + name
                    + " must be an array of "
                    + (buckets + TextFeatures.DENSE)
                    + " numbers");
          }
          double[] w = new double[a.elements().size()];
          for (int i = 0; i < w.length; i++) {
            if (!(a.elements().get(i) instanceof Json.Num n)) {
              throw new IllegalArgumentException("A weight of " + name + " is no number");
            }
            w[i] = n.decimal().doubleValue();
          }
          weights.put(ModelRef.parse(name), w);
        });
    return new RidgePredictor((int) buckets, weights);
  }
}
