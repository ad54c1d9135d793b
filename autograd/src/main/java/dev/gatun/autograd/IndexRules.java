package dev.gatun.autograd;

import static dev.gatun.autograd.Rule.wrt;
import static dev.gatun.autograd.Saves.A;
import static dev.gatun.autograd.Saves.B;
import static dev.gatun.autograd.Saves.C;
import static dev.gatun.autograd.Saves.Y;
import static dev.gatun.autograd.Saves.Y1;

import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.Primitive;
import dev.gatun.tensor.op.ScatterKind;

/** The gradients of ops that pick elements by index: they go back to where they came from. */
final class IndexRules {
  private IndexRules() {}

  /** Zeros of a shape with g added at an index along an axis. */
  static Tensor scatterAdd(Shape shape, int axis, Tensor index, Tensor g) {
    return Tensor.zeros(shape, g.dtype(), g.device()).scatter(axis, index, g, ScatterKind.ADD);
  }

  static Rule gather(int axis) {
    return Rule.of(wrt(B, s -> scatterAdd(s.shape(0), axis, s.b(), s.g())));
  }

  static Rule indexSelect(int axis) {
    return Rule.of(wrt(B, s -> s.zeros(0).indexAdd(axis, s.b(), s.g())));
  }

  static Rule indexAdd(int axis) {
    return Rule.of(
        wrt(Step::g),
        wrt(Step::g), // never asked: the index is int64
        wrt(B, s -> s.g().indexSelect(axis, s.b())));
  }

  static Rule sort(int axis) {
    return Rule.of(wrt(Y1, s -> scatterAdd(s.shape(0), axis, s.y(1), s.g())));
  }

  /** To the greatest of each window, by its index in the spatial plane. */
  static Rule maxPool() {
    return Rule.of(
        wrt(
            Y1,
            s -> {
              Shape in = s.shape(0);
              Shape planes = Shape.of(in.size(0), in.size(1));
              Tensor index = s.y(1).reshape(planes.concat(Shape.of(plane(s.y(1).shape()))));
              Tensor g = s.g().reshape(index.shape());
              Shape flat = planes.concat(Shape.of(plane(in)));
              return scatterAdd(flat, 2, index, g).reshape(in);
            }));
  }

  private static long plane(Shape shape) {
    return shape.slice(2, shape.rank()).numel();
  }

  static Rule scatter(Primitive.Scatter op) {
    int axis = op.axis();
    Rule.Term noIndex = wrt(Step::g); // never asked: the index is int64
    return switch (op.kind()) {
      case SET ->
          Rule.of(
              wrt(B, s -> s.g().scatter(axis, s.b(), zeros(s.g(), s.b()), ScatterKind.SET)),
              noIndex,
              wrt(B, s -> toSource(s, s.g().gather(axis, s.b()))));
      case ADD ->
          Rule.of(wrt(Step::g), noIndex, wrt(B, s -> toSource(s, s.g().gather(axis, s.b()))));
      case MUL ->
          Rule.of(
              wrt(
                  B.and(C),
                  s -> s.g().mul(s.g().onesLike().scatter(axis, s.b(), s.c(), ScatterKind.MUL))),
              noIndex,
              wrt(A.and(B).and(C), s -> toSource(s, factor(s, axis))));
      case MAX, MIN ->
          Rule.of(
              wrt(Saves.INPUTS.and(Y), s -> Shapes.only(share(s, axis), s.a().eq(s.y()))),
              noIndex,
              wrt(
                  Saves.INPUTS.and(Y),
                  s -> {
                    Tensor won = source(s).eq(s.y().gather(axis, s.b()));
                    return toSource(s, Shapes.only(share(s, axis).gather(axis, s.b()), won));
                  }));
    };
  }

  private static Tensor zeros(Tensor like, Tensor index) {
    return Tensor.zeros(index.shape(), like.dtype(), like.device());
  }

  /** The part of the source that the index covers. */
  private static Tensor source(Step s) {
    return Shapes.crop(s.c(), s.b().shape());
  }

  private static Tensor toSource(Step s, Tensor gradient) {
    return Shapes.padTo(gradient, s.shape(2));
  }

  /** g times the product of the input and all other sources of the same place. */
  private static Tensor factor(Step s, int axis) {
    Tensor source = source(s);
    Tensor zero = source.eq(0.0);
    Tensor zerosHere =
        scatterAdd(s.shape(0), axis, s.b(), zero.to(source.dtype())).gather(axis, s.b());
    Tensor divisor = Shapes.fill(source, zero, 1);
    Tensor product = s.a().scatter(axis, s.b(), divisor, ScatterKind.MUL);
    Tensor others = product.mul(s.g()).gather(axis, s.b()).div(divisor);
    Tensor otherZeros = zerosHere.sub(zero.to(source.dtype()));
    return Shapes.only(others, otherZeros.eq(0.0));
  }

  /** g divided by how many of the input and the sources equal the result. */
  private static Tensor share(Step s, int axis) {
    Tensor self = s.a().eq(s.y()).to(s.g().dtype());
    Tensor sources = source(s).eq(s.y().gather(axis, s.b())).to(s.g().dtype());
    return s.g().div(self.scatter(axis, s.b(), sources, ScatterKind.ADD));
  }
}
