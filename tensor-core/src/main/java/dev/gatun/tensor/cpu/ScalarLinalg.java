package dev.gatun.tensor.cpu;

import dev.gatun.tensor.GatunException;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.spi.Buf;
import java.util.Arrays;
import java.util.Comparator;

/** Factorisations over the last two axes, in double, of the scalar reference. Stateless. */
final class ScalarLinalg {
  private static final int MAX_SWEEPS = 60;

  private ScalarLinalg() {}

  /** Row by row, from the lower triangle. */
  static void cholesky(Buf x, Buf y) {
    int n = Math.toIntExact(x.shape().size(-1));
    double[] a = Dense.doubles(x);
    double[] l = new double[a.length];
    for (int m = 0; m < a.length; m += n * n) {
      for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
          double sum = a[m + i * n + j];
          for (int k = 0; k < j; k++) {
            sum -= l[m + i * n + k] * l[m + j * n + k];
          }
          if (i == j && sum <= 0) {
            throw new GatunException(
                "cholesky: matrix "
                    + m / (n * n)
                    + " of shape "
                    + x.shape()
                    + " is not positive definite (leading minor "
                    + (i + 1)
                    + ")");
          }
          l[m + i * n + j] = i == j ? Math.sqrt(sum) : sum / l[m + j * n + j];
        }
      }
    }
    Dense.store(l, y);
  }

  /** Gauss's elimination with row exchanges. */
  static void solve(Buf matrices, Buf right, Buf y) {
    Shape s = y.shape();
    int n = Math.toIntExact(s.size(-2));
    int k = Math.toIntExact(s.size(-1));
    Shape batch = s.slice(0, s.rank() - 2);
    double[] a = Dense.doubles(matrices.expand(batch.concat(Shape.of(n, n))));
    double[] b = Dense.doubles(right.expand(s));
    for (int m = 0; m < batch.numel(); m++) {
      int u = m * n * n;
      int v = m * n * k;
      for (int c = 0; c < n; c++) {
        int pivot = pivot(a, u, n, c);
        if (a[u + pivot * n + c] == 0) {
          throw new GatunException(
              "solve: matrix " + m + " of shape " + matrices.shape() + " is singular");
        }
        swapRows(a, u, n, c, pivot);
        swapRows(b, v, k, c, pivot);
        for (int r = c + 1; r < n; r++) {
          double f = a[u + r * n + c] / a[u + c * n + c];
          for (int j = c; j < n; j++) {
            a[u + r * n + j] -= f * a[u + c * n + j];
          }
          for (int j = 0; j < k; j++) {
            b[v + r * k + j] -= f * b[v + c * k + j];
          }
        }
      }
      for (int r = n - 1; r >= 0; r--) {
        for (int j = 0; j < k; j++) {
          double sum = b[v + r * k + j];
          for (int c = r + 1; c < n; c++) {
            sum -= a[u + r * n + c] * b[v + c * k + j];
          }
          b[v + r * k + j] = sum / a[u + r * n + r];
        }
      }
    }
    Dense.store(b, y);
  }

  /** Gauss's elimination with row exchanges: the product of the pivots, by sign and logarithm. */
  static void signLogDet(Buf x, Buf signs, Buf logs) {
    int n = Math.toIntExact(x.shape().size(-1));
    double[] a = Dense.doubles(x);
    double[] sign = new double[Math.toIntExact(signs.numel())];
    double[] log = new double[sign.length];
    for (int m = 0; m < sign.length; m++) {
      int u = m * n * n;
      sign[m] = 1;
      for (int c = 0; c < n; c++) {
        int pivot = pivot(a, u, n, c);
        swapRows(a, u, n, c, pivot);
        double p = a[u + c * n + c];
        sign[m] *= (pivot == c ? 1 : -1) * Math.signum(p);
        log[m] += Math.log(Math.abs(p));
        if (p == 0) {
          break;
        }
        for (int r = c + 1; r < n; r++) {
          double f = a[u + r * n + c] / p;
          for (int j = c; j < n; j++) {
            a[u + r * n + j] -= f * a[u + c * n + j];
          }
        }
      }
    }
    Dense.store(sign, signs);
    Dense.store(log, logs);
  }

  /** The row from the diagonal down with the greatest magnitude in a column. */
  private static int pivot(double[] a, int base, int n, int column) {
    int pivot = column;
    for (int r = column + 1; r < n; r++) {
      if (Math.abs(a[base + r * n + column]) > Math.abs(a[base + pivot * n + column])) {
        pivot = r;
      }
    }
    return pivot;
  }

  private static void swapRows(double[] a, int base, int width, int i, int j) {
    for (int c = 0; c < width; c++) {
      double t = a[base + i * width + c];
      a[base + i * width + c] = a[base + j * width + c];
      a[base + j * width + c] = t;
    }
  }

  /**
   * Jacobi's cyclic rotations (Golub and Van Loan, Matrix Computations, section 8.5). Each vector's
   * component of greatest magnitude is positive.
   */
  static void eigh(Buf x, Buf values, Buf vectors) {
    int n = Math.toIntExact(x.shape().size(-1));
    double[] all = Dense.doubles(x);
    double[] outValues = new double[Math.toIntExact(values.numel())];
    double[] outVectors = new double[all.length];
    for (int m = 0; m * n < outValues.length; m++) {
      double[][] a = new double[n][n];
      double[][] v = new double[n][n];
      for (int i = 0; i < n; i++) {
        v[i][i] = 1;
        for (int j = 0; j <= i; j++) {
          a[i][j] = all[(m * n + i) * n + j];
          a[j][i] = a[i][j];
        }
      }
      diagonalise(a, v);
      Integer[] order = new Integer[n];
      Arrays.setAll(order, i -> i);
      Arrays.sort(order, Comparator.comparingDouble(i -> a[i][i]));
      for (int j = 0; j < n; j++) {
        int from = order[j];
        outValues[m * n + j] = a[from][from];
        double greatest = 0;
        for (int i = 0; i < n; i++) {
          greatest = Math.abs(v[i][from]) > Math.abs(greatest) ? v[i][from] : greatest;
        }
        for (int i = 0; i < n; i++) {
          outVectors[(m * n + i) * n + j] = greatest < 0 ? -v[i][from] : v[i][from];
        }
      }
    }
    Dense.store(outValues, values);
    Dense.store(outVectors, vectors);
  }

  /** Makes a symmetric matrix diagonal and collects the rotations in the columns of v. */
  private static void diagonalise(double[][] a, double[][] v) {
    int n = a.length;
    for (int sweep = 0; sweep < MAX_SWEEPS; sweep++) {
      double off = 0;
      double total = 0;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          total += a[i][j] * a[i][j];
          off += i == j ? 0 : a[i][j] * a[i][j];
        }
      }
      if (!(off > total * 1e-34)) { // also for NaN
        return;
      }
      for (int p = 0; p < n - 1; p++) {
        for (int q = p + 1; q < n; q++) {
          rotate(a, v, p, q);
        }
      }
    }
  }

  private static void rotate(double[][] a, double[][] v, int p, int q) {
    if (a[p][q] == 0) {
      return;
    }
    double tau = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    double t = Math.copySign(1, tau) / (Math.abs(tau) + Math.hypot(1, tau));
    double c = 1 / Math.sqrt(1 + t * t);
    double s = t * c;
    for (int k = 0; k < a.length; k++) {
      double x = a[k][p];
      double y = a[k][q];
      a[k][p] = c * x - s * y;
      a[k][q] = s * x + c * y;
    }
    for (int k = 0; k < a.length; k++) {
      double x = a[p][k];
      double y = a[q][k];
      a[p][k] = c * x - s * y;
      a[q][k] = s * x + c * y;
      x = v[k][p];
      y = v[k][q];
      v[k][p] = c * x - s * y;
      v[k][q] = s * x + c * y;
    }
  }
}
