package dev.gatun.tensor;

import dev.gatun.tensor.op.MatMulInteger;
import dev.gatun.tensor.op.Primitive;
import org.jspecify.annotations.Nullable;

/**
 * Linear algebra on matrices in the last two axes; leading axes are a batch and broadcast.
 * Functions that factorise take floats only.
 */
public final class Linalg {
  private Linalg() {}

  // Products.

  /** {@code x * weight^T + bias}: x [..., in], weight [out, in], bias [out] or null. */
  public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
    if (weight.rank() != 2 || x.rank() < 1 || x.size(-1) != weight.size(1)) {
      throw new ShapeException(
          "linear expects an input [..., in] and a weight [out, in], got shapes "
              + x.shape()
              + " and "
              + weight.shape());
    }
    // One matrix product of all rows, not a batch of small ones.
    Tensor rows = x.rank() > 2 ? x.reshape(-1, x.size(-1)) : x;
    Tensor y = rows.matmul(weight.t());
    if (bias != null) {
      y = y.add(bias);
    }
    return x.rank() > 2 ? y.reshape(x.shape().with(-1, weight.size(0))) : y;
  }

  /**
   * The exact product of quantized matrices [..., M, K] and [..., K, N], both int8 or uint8, as
   * int32 [..., M, N]; leading axes broadcast.
   *
   * @throws ShapeException when the shapes do not fit
   * @throws DTypeException for other dtypes
   */
  public static Tensor matmulInteger(Tensor a, Tensor b) {
    return Engine.call(new MatMulInteger(), a, b);
  }

  /** {@code beta * c + alpha * a * b}; c broadcasts to the product of matrices a and b. */
  public static Tensor addmm(Tensor c, Tensor a, Tensor b, double beta, double alpha) {
    ranks("addmm", 2, a, b);
    return combine(c, a.matmul(b), beta, alpha);
  }

  /** {@code beta * c + alpha * a * b} of batches [N, n, k] and [N, k, m]. */
  public static Tensor baddbmm(Tensor c, Tensor a, Tensor b, double beta, double alpha) {
    return combine(c, bmm(a, b), beta, alpha);
  }

  private static Tensor combine(Tensor c, Tensor product, double beta, double alpha) {
    Tensor scaled = alpha == 1 ? product : product.mul(alpha);
    return beta == 0 ? scaled : scaled.add(beta == 1 ? c : c.mul(beta));
  }

  /** The products of batches [N, n, k] and [N, k, m], without broadcasting. */
  public static Tensor bmm(Tensor a, Tensor b) {
    ranks("bmm", 3, a, b);
    if (a.size(0) != b.size(0)) {
      throw new ShapeException(
          "bmm needs batches of one size, got shapes " + a.shape() + " and " + b.shape());
    }
    return a.matmul(b);
  }

  /** A matrix [n, k] times a vector [k]. */
  public static Tensor mv(Tensor matrix, Tensor vector) {
    ranks("mv", 2, matrix);
    ranks("mv", 1, vector);
    return matrix.matmul(vector);
  }

  /** The sum of products of two vectors [n]. */
  public static Tensor dot(Tensor a, Tensor b) {
    ranks("dot", 1, a, b);
    return a.matmul(b);
  }

  /** All products of two vectors: [n] and [m] give [n, m]. */
  public static Tensor outer(Tensor a, Tensor b) {
    ranks("outer", 1, a, b);
    return a.unsqueeze(1).mul(b);
  }

  /** Kronecker's product: every element of a times the whole of b. */
  public static Tensor kron(Tensor a, Tensor b) {
    int rank = Math.max(a.rank(), b.rank());
    long[] left = new long[2 * rank];
    long[] right = new long[2 * rank];
    long[] out = new long[rank];
    for (int i = 0; i < rank; i++) {
      int fromEnd = i - rank;
      left[2 * i] = -fromEnd > a.rank() ? 1 : a.size(fromEnd);
      left[2 * i + 1] = 1;
      right[2 * i] = 1;
      right[2 * i + 1] = -fromEnd > b.rank() ? 1 : b.size(fromEnd);
      out[i] = left[2 * i] * right[2 * i + 1];
    }
    return a.reshape(Shape.of(left)).mul(b.reshape(Shape.of(right))).reshape(Shape.of(out));
  }

  /** The vector product along an axis of size 3; the other axes broadcast. */
  public static Tensor cross(Tensor a, Tensor b, int axis) {
    Shape s = Shape.broadcast(a.shape(), b.shape());
    int at = s.axis(axis);
    if (s.rank() == 0 || a.rank() != b.rank() || a.size(at) != 3 || b.size(at) != 3) {
      throw new ShapeException(
          "cross expects operands of one rank and of size 3 along axis "
              + axis
              + ", got shapes "
              + a.shape()
              + " and "
              + b.shape());
    }
    Tensor next = Constants.index(a, 1, 2, 0);
    Tensor last = Constants.index(a, 2, 0, 1);
    return a.indexSelect(at, next)
        .mul(b.indexSelect(at, last))
        .sub(a.indexSelect(at, last).mul(b.indexSelect(at, next)));
  }

  /**
   * {@code y[n, o] = sum over i, j of a[n, i] * weight[o, i, j] * b[n, j] + bias[o]}; leading axes
   * of a and b are equal, the bias may be null.
   */
  public static Tensor bilinear(Tensor a, Tensor b, Tensor weight, @Nullable Tensor bias) {
    ranks("bilinear", 3, weight);
    Shape lead = a.shape().slice(0, Math.max(0, a.rank() - 1));
    if (a.rank() < 1
        || b.rank() != a.rank()
        || !b.shape().slice(0, b.rank() - 1).equals(lead)
        || a.size(-1) != weight.size(1)
        || b.size(-1) != weight.size(2)) {
      throw new ShapeException(
          "bilinear with weight "
              + weight.shape()
              + " expects [..., "
              + weight.size(1)
              + "] and "
              + "[..., "
              + weight.size(2)
              + "], got "
              + a.shape()
              + " and "
              + b.shape());
    }
    long outputs = weight.size(0);
    // [N, i] * [i, o * j], then for each row [o, j] * [j].
    Tensor byRow = weight.permute(1, 0, 2).reshape(weight.size(1), -1);
    Tensor left = a.reshape(-1, a.size(-1)).matmul(byRow).reshape(-1, outputs, b.size(-1));
    Tensor y = left.matmul(b.reshape(-1, b.size(-1), 1)).reshape(lead.concat(Shape.of(outputs)));
    return bias == null ? y : y.add(bias);
  }

  /**
   * The sum of products that an equation such as {@code "bij,bjk->bik"} names: any number of
   * operands; a letter twice in one takes the diagonal; {@code ...} stands for axes that broadcast;
   * without {@code ->} the letters that appear once are the output, in alphabetical order (capitals
   * first).
   *
   * @throws ShapeException when the equation is malformed or does not fit the operands
   */
  public static Tensor einsum(String equation, Tensor... operands) {
    return Einsum.compute(equation, operands);
  }

  /**
   * The matrix multiplied n times by itself; its inverse for a negative n, the identity for 0.
   *
   * @throws ShapeException when the matrices are not square
   */
  public static Tensor matrixPower(Tensor a, int n) {
    square("matrixPower", a);
    if (n == 0) {
      return identity(a).expand(a.shape()).copy();
    }
    Tensor base = n < 0 ? inverse(a) : a;
    @Nullable Tensor y = null;
    for (long e = Math.abs((long) n); ; base = base.matmul(base)) {
      if ((e & 1) != 0) {
        y = y == null ? base : y.matmul(base);
      }
      e >>= 1;
      if (e == 0) {
        return y == null ? base : y;
      }
    }
  }

  // Distances.

  /** The cosine of the angle between vectors along an axis; norms count as at least {@code eps}. */
  public static Tensor cosineSimilarity(Tensor a, Tensor b, int axis, double eps) {
    Shape s = Shape.broadcast(a.shape(), b.shape());
    int at = s.axis(axis);
    Tensor x = a.expand(s);
    Tensor y = b.expand(s);
    Tensor unitX = x.div(x.norm(2, true, at).clampMin(eps));
    Tensor unitY = y.div(y.norm(2, true, at).clampMin(eps));
    return unitX.mul(unitY).sum(at);
  }

  /** The p-norm of {@code a - b + eps} over the last axis. */
  public static Tensor pairwiseDistance(
      Tensor a, Tensor b, double p, double eps, boolean keepDims) {
    return a.sub(b).add(eps).norm(p, keepDims, -1);
  }

  /**
   * The p-norm of the difference of every row of a and every row of b: [..., n, k] and [..., m, k]
   * give [..., n, m].
   */
  public static Tensor cdist(Tensor a, Tensor b, double p) {
    if (a.rank() < 2 || b.rank() < 2 || a.size(-1) != b.size(-1)) {
      throw new ShapeException(
          "cdist expects [..., n, k] and [..., m, k], got shapes "
              + a.shape()
              + " and "
              + b.shape());
    }
    return a.unsqueeze(-2).sub(b.unsqueeze(-3)).norm(p, false, -1);
  }

  // Factorisations.

  /**
   * The lower triangle L of {@code a = L * L^T}.
   *
   * @throws GatunException when a matrix is not positive definite
   */
  public static Tensor cholesky(Tensor a) {
    return Engine.call(new Primitive.Cholesky(), a);
  }

  /**
   * x of {@code a * x = b}. A b of one axis, or of the shape of a without its last axis, is a
   * vector for each matrix; else its last two axes are matrices.
   *
   * @throws GatunException when a matrix is singular
   */
  public static Tensor solve(Tensor a, Tensor b) {
    square("solve", a);
    boolean vector = b.rank() == 1 || b.shape().equals(a.shape().slice(0, a.rank() - 1));
    Tensor right = vector ? b.unsqueeze(-1) : b;
    Tensor x = Engine.call(new Primitive.Solve(), a, right.to(a.dtype()));
    return vector ? x.squeeze(-1) : x;
  }

  /**
   * The inverse matrices.
   *
   * @throws GatunException when a matrix is singular
   */
  public static Tensor inverse(Tensor a) {
    square("inverse", a);
    return Engine.call(new Primitive.Solve(), a, identity(a));
  }

  /** The determinants [...]; 0 for singular matrices, of which there is no gradient. */
  public static Tensor det(Tensor a) {
    SignLogDet d = slogdet(a);
    return d.sign().mul(d.logAbsDet().exp());
  }

  /** The logarithms of the determinants [...]; NaN for negative ones. */
  public static Tensor logdet(Tensor a) {
    SignLogDet d = slogdet(a);
    Tensor y = d.logAbsDet();
    return d.sign().lt(0.0).where(y.constant(Double.NaN), y);
  }

  /**
   * Determinants as {@code sign * exp(logAbsDet)}.
   *
   * @param sign -1, 0 or 1
   * @param logAbsDet the logarithm of the absolute value
   */
  public record SignLogDet(Tensor sign, Tensor logAbsDet) {}

  /** Signs and logarithms of the determinants [...], safe where these would overflow. */
  public static SignLogDet slogdet(Tensor a) {
    Tensor[] out = Engine.callAll(new Primitive.SignLogDet(), a);
    return new SignLogDet(out[0], out[1]);
  }

  /**
   * Eigenvalues and eigenvectors of symmetric matrices.
   *
   * @param values [..., n], ascending
   * @param vectors [..., n, n], in columns
   */
  public record Eigen(Tensor values, Tensor vectors) {}

  /** Eigenvalues and eigenvectors of symmetric matrices, of which the lower triangle is read. */
  public static Eigen eigh(Tensor a) {
    Tensor[] out = Engine.callAll(new Primitive.Eigh(), a);
    return new Eigen(out[0], out[1]);
  }

  /** The eigenvalues [..., n], ascending, of symmetric matrices. */
  public static Tensor eigvalsh(Tensor a) {
    return eigh(a).values();
  }

  private static Tensor identity(Tensor a) {
    return Tensor.eye(a.size(-1), a.size(-1), a.dtype(), a.device());
  }

  private static void square(String op, Tensor a) {
    if (a.rank() < 2 || a.size(-1) != a.size(-2)) {
      throw new ShapeException(op + " needs square matrices [..., n, n], got " + a.shape());
    }
  }

  private static void ranks(String op, int rank, Tensor... operands) {
    for (Tensor t : operands) {
      if (t.rank() != rank) {
        throw new ShapeException(
            op + " expects an operand of rank " + rank + ", got shape " + t.shape());
      }
    }
  }
}
