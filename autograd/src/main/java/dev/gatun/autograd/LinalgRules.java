package dev.gatun.autograd;

import static dev.gatun.autograd.Rule.wrt;
import static dev.gatun.autograd.Saves.A;
import static dev.gatun.autograd.Saves.Y;
import static dev.gatun.autograd.Saves.Y1;

import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.Primitive;

/** The gradients of decompositions and solutions (Giles 2008; Murray 2016 for Cholesky). */
final class LinalgRules {
  private LinalgRules() {}

  private static Tensor solve(Tensor a, Tensor b) {
    return Engine.call(new Primitive.Solve(), a, b);
  }

  /**
   * L^-T S L^-1 with S the symmetric part of the lower triangle of L^T g; the gradient is
   * symmetric.
   */
  static Rule cholesky() {
    return Rule.gy((g, l) -> {
      Tensor p = l.t().matmul(g);
      Tensor s = Shapes.tril(p, 0).add(Shapes.tril(p, -1).t()).mul(0.5);
      Tensor left = solve(l.t(), s);
      return solve(l.t(), left.t()).t();
    });
  }

  /** A^-T g for B, and minus that times X^T for A. */
  static Rule solve() {
    return Rule.of(
        wrt(A.and(Y), s -> solve(s.a().t(), s.g()).matmul(s.y().t()).neg()),
        wrt(A, s -> solve(s.a().t(), s.g())));
  }

  /** A^-T times the gradient of the logarithm; the sign is constant. */
  static Rule signLogDet() {
    return Rule.of(
        wrt(
            A,
            s -> {
              long n = s.a().size(-1);
              Tensor identity = Tensor.eye(n, n, s.dtype(0), s.device());
              return solve(s.a().t(), identity).mul(s.g(1).unsqueeze(-1).unsqueeze(-1));
            }));
  }

  /** V (diag(gw) + V^T gV / (wj - wi)) V^T. */
  static Rule eigh() {
    return Rule.of(
        wrt(
            Y.and(Y1),
            s -> {
              Tensor w = s.y(0);
              Tensor v = s.y(1);
              Tensor gw = s.g(0);
              if (!s.hasG(1)) {
                return v.mul(gw.unsqueeze(-2)).matmul(v.t());
              }
              Tensor gaps = w.unsqueeze(-2).sub(w.unsqueeze(-1));
              Tensor inner = v.t().matmul(s.g(1)).div(Shapes.withDiagonal(gaps, w.onesLike()));
              return v.matmul(Shapes.withDiagonal(inner, gw)).matmul(v.t());
            }));
  }
}
