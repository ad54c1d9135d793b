package dev.gatun.autograd;

import static dev.gatun.autograd.Rule.g;
import static dev.gatun.autograd.Rule.gx;
import static dev.gatun.autograd.Rule.gy;

import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.ActivationGrad;
import dev.gatun.tensor.op.ActivationKind;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ReluGrad;
import dev.gatun.tensor.op.UnaryKind;
import java.util.EnumMap;
import java.util.Objects;

/** The derivatives of the functions of one operand. */
final class UnaryRules {
  private static final double LN_2 = Math.log(2);
  private static final double LN_10 = Math.log(10);
  private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

  private static final EnumMap<UnaryKind, Rule> RULES = new EnumMap<>(UnaryKind.class);

  static {
    for (UnaryKind kind : UnaryKind.values()) {
      RULES.put(kind, make(kind));
    }
  }

  private UnaryRules() {}

  static Rule of(UnaryKind kind) {
    return Objects.requireNonNull(RULES.get(kind));
  }

  private static Rule make(UnaryKind kind) {
    return switch (kind) {
      case NEG -> g(Tensor::neg);
      case ABS -> gx((g, x) -> g.mul(x.sign()));
      case SQUARE -> gx((g, x) -> g.mul(x.mul(2.0)));
      case RELU -> gy((g, y) -> Engine.call(new ReluGrad(), g, y));
      case SIGN, FLOOR, CEIL, ROUND, TRUNC -> Rule.ZERO;

      case EXP -> gy(Tensor::mul);
      case EXP2 -> gy((g, y) -> g.mul(y).mul(LN_2));
      case EXPM1 -> gy((g, y) -> g.mul(y.add(1.0)));
      case LOG -> gx(Tensor::div);
      case LOG2 -> gx((g, x) -> g.div(x.mul(LN_2)));
      case LOG10 -> gx((g, x) -> g.div(x.mul(LN_10)));
      case LOG1P -> gx((g, x) -> g.div(x.add(1.0)));
      case SQRT -> gy((g, y) -> g.div(y.mul(2.0)));
      case RSQRT -> gy((g, y) -> g.mul(y.square().mul(y)).mul(-0.5));
      case RECIPROCAL -> gy((g, y) -> g.mul(y.square()).neg());

      case SIN -> gx((g, x) -> g.mul(x.cos()));
      case COS -> gx((g, x) -> g.mul(x.sin()).neg());
      case TAN -> gy((g, y) -> g.mul(y.square().add(1.0)));
      case ASIN -> gx((g, x) -> g.mul(x.square().rsub(1.0).rsqrt()));
      case ACOS -> gx((g, x) -> g.mul(x.square().rsub(1.0).rsqrt()).neg());
      case ATAN -> gx((g, x) -> g.div(x.square().add(1.0)));
      case SINH -> gx((g, x) -> g.mul(x.cosh()));
      case COSH -> gx((g, x) -> g.mul(x.sinh()));
      case TANH -> gy((g, y) -> activation(ActivationKind.TANH, g, y));
      case ASINH -> gx((g, x) -> g.mul(x.square().add(1.0).rsqrt()));
      case ACOSH -> gx((g, x) -> g.mul(x.square().sub(1.0).rsqrt()));
      case ATANH -> gx((g, x) -> g.div(x.square().rsub(1.0)));

      case SIGMOID -> gy((g, y) -> activation(ActivationKind.SIGMOID, g, y));
      case ERF -> gx((g, x) -> g.mul(x.square().neg().exp()).mul(TWO_OVER_SQRT_PI));
      case ERFC -> gx((g, x) -> g.mul(x.square().neg().exp()).mul(-TWO_OVER_SQRT_PI));
      case ERFINV -> gy((g, y) -> g.mul(y.square().exp()).mul(1 / TWO_OVER_SQRT_PI));
      case LGAMMA -> gx((g, x) -> g.mul(x.digamma()));
      case DIGAMMA -> gx((g, x) -> g.mul(x.apply(new Primitive.Unary(UnaryKind.TRIGAMMA))));
      case TRIGAMMA -> gx((g, x) -> g.mul(tetragamma(x)));

      case NOT, IS_NAN, IS_INF, IS_FINITE -> Rule.NONE;
    };
  }

  /** The gradient of an activation; v is its output or input, as the kind says. */
  static Tensor activation(ActivationKind kind, Tensor g, Tensor v) {
    return Engine.call(new ActivationGrad(kind), g, v);
  }

  /**
   * The derivative of trigamma: psi''(x) = psi''(x + 12) - 2 sum 1 / (x + k)^3 for k below 12, the
   * first by its asymptotic series (Abramowitz and Stegun 6.4.13), with reflection below 1/2.
   */
  private static Tensor tetragamma(Tensor x) {
    Tensor reflect = x.lt(0.5);
    Tensor z = reflect.where(x.rsub(1.0), x);
    Tensor sum = z.zerosLike();
    for (int k = 0; k < 12; k++) {
      sum = sum.sub(z.add((double) k).pow(-3.0).mul(2.0));
    }
    Tensor r = z.add(12.0).reciprocal();
    Tensor q = r.square();
    // -1/z^2 - 1/z^3 - 1/(2 z^4) + 1/(6 z^6) - 1/(6 z^8) + 3/(10 z^10) - 5/(6 z^12)
    Tensor tail = q.mul(-5.0 / 6).add(0.3).mul(q).sub(1.0 / 6).mul(q).add(1.0 / 6).mul(q);
    Tensor series = tail.sub(0.5).mul(q).sub(r).sub(1.0).mul(q);
    Tensor psi = sum.add(series);
    Tensor angle = x.mul(Math.PI);
    Tensor sin = angle.sin();
    Tensor cotangent = angle.cos().div(sin.square().mul(sin)).mul(2 * Math.pow(Math.PI, 3));
    return reflect.where(psi.sub(cotangent), psi);
  }
}
