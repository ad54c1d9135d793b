package dev.gatun.autograd;

import static dev.gatun.autograd.Rule.wrt;
import static dev.gatun.autograd.Saves.A;
import static dev.gatun.autograd.Saves.B;
import static dev.gatun.autograd.Saves.INPUTS;
import static dev.gatun.autograd.Saves.Y;

import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.BinaryKind;
import dev.gatun.tensor.op.BinaryScalar;
import java.util.EnumMap;
import java.util.Objects;

/** The derivatives of the functions of two operands, and of an operand and a number. */
final class BinaryRules {
  private static final EnumMap<BinaryKind, Rule> RULES = new EnumMap<>(BinaryKind.class);

  static {
    for (BinaryKind kind : BinaryKind.values()) {
      RULES.put(kind, make(kind));
    }
  }

  private BinaryRules() {}

  static Rule of(BinaryKind kind) {
    return Objects.requireNonNull(RULES.get(kind));
  }

  private static Rule make(BinaryKind kind) {
    return switch (kind) {
      case ADD -> Rule.of(wrt(Step::g), wrt(Step::g));
      case SUB -> Rule.of(wrt(Step::g), wrt(s -> s.g().neg()));
      case MUL -> Rule.of(wrt(B, s -> s.g().mul(s.b())), wrt(A, s -> s.g().mul(s.a())));
      case DIV ->
          Rule.of(
              wrt(B, s -> s.g().div(s.b())), wrt(B.and(Y), s -> s.g().mul(s.y()).div(s.b()).neg()));
      case FLOOR_DIV, TRUNC_DIV -> Rule.ZERO;
      case REMAINDER ->
          Rule.of(wrt(Step::g), wrt(INPUTS, s -> s.g().mul(s.a().div(s.b()).floor()).neg()));
      case FMOD ->
          Rule.of(wrt(Step::g), wrt(INPUTS, s -> s.g().mul(s.a().div(s.b()).trunc()).neg()));
      case POW ->
          Rule.of(wrt(INPUTS, BinaryRules::powBase), wrt(INPUTS.and(Y), BinaryRules::powExponent));
      case MAXIMUM ->
          Rule.of(
              wrt(INPUTS, s -> chosen(s.g(), s.a().lt(s.b()), s)),
              wrt(INPUTS, s -> chosen(s.g(), s.a().gt(s.b()), s)));
      case MINIMUM ->
          Rule.of(
              wrt(INPUTS, s -> chosen(s.g(), s.a().gt(s.b()), s)),
              wrt(INPUTS, s -> chosen(s.g(), s.a().lt(s.b()), s)));
      case ATAN2 ->
          Rule.of(
              wrt(INPUTS, s -> s.g().mul(s.b().div(squares(s)))),
              wrt(INPUTS, s -> s.g().mul(s.a().div(squares(s))).neg()));
      case COPYSIGN ->
          Rule.of(
              wrt(A.and(Y), s -> s.g().mul(s.a().sign().mul(s.y().sign()))), wrt(s -> s.zeros(1)));
      case EQ, NE, LT, LE, GT, GE, AND, OR, XOR, SHL, SHR -> Rule.NONE;
    };
  }

  /** b a^(b - 1), and 0 where b is 0 also for a = 0. */
  private static Tensor powBase(Step s) {
    Tensor d = s.b().mul(s.a().pow(s.b().sub(1.0)));
    return s.g().mul(Shapes.fill(d, s.b().eq(0.0), 0));
  }

  /** y log a, and 0 where a is 0 and b not negative. */
  private static Tensor powExponent(Step s) {
    Tensor none = s.a().eq(0.0).and(s.b().ge(0.0));
    return s.g().mul(Shapes.fill(s.y().mul(s.a().log()), none, 0));
  }

  /** Nothing where the other operand won, half at a tie. */
  private static Tensor chosen(Tensor g, Tensor lost, Step s) {
    Tensor tie = s.a().eq(s.b());
    return Shapes.fill(tie.where(g.mul(0.5), g), lost, 0);
  }

  private static Tensor squares(Step s) {
    return s.a().square().add(s.b().square());
  }

  /** {@code f(x, v)}, or {@code f(v, x)} when reversed; a maximum or minimum is a clamp. */
  static Rule scalar(BinaryScalar op) {
    double v = op.value().doubleValue();
    boolean reversed = op.reversed();
    return switch (op.kind()) {
      case ADD -> Rule.g(g -> g);
      case SUB -> Rule.g(g -> reversed ? g.neg() : g);
      case MUL -> Rule.g(g -> g.mul(v));
      case DIV ->
          reversed
              ? Rule.of(wrt(A.and(Y), s -> s.g().mul(s.y()).div(s.a()).neg()))
              : Rule.g(g -> g.div(v));
      case POW -> reversed ? powOfNumber(v) : powByNumber(v);
      case MAXIMUM -> Rule.gx((g, x) -> Shapes.fill(g, x.lt(v), 0));
      case MINIMUM -> Rule.gx((g, x) -> Shapes.fill(g, x.gt(v), 0));
      case FLOOR_DIV, TRUNC_DIV -> Rule.ZERO;
      case REMAINDER, FMOD, ATAN2, COPYSIGN -> Rule.DECOMPOSE;
      case EQ, NE, LT, LE, GT, GE, AND, OR, XOR, SHL, SHR -> Rule.NONE;
    };
  }

  private static Rule powByNumber(double v) {
    return v == 0 ? Rule.ZERO : Rule.gx((g, x) -> g.mul(x.pow(v - 1).mul(v)));
  }

  private static Rule powOfNumber(double v) {
    return v == 0
        ? Rule.of(wrt(A.and(Y), BinaryRules::powOfZero))
        : Rule.gy((g, y) -> g.mul(y).mul(Math.log(v)));
  }

  /** 0^x is flat but for x below 0, where it is infinite. */
  private static Tensor powOfZero(Step s) {
    return s.g().mul(Shapes.fill(s.y().mul(Math.log(0)), s.a().ge(0.0), 0));
  }
}
