package dev.gatun.tensor;

import java.util.Arrays;

/**
 * Sampling at computed places (Jaderberg and others 2015). Coordinates are from -1 to 1 along each
 * axis, x (the last axis) first.
 */
public final class GridSampling {
  private GridSampling() {}

  /** How a value between elements is made. */
  public enum Mode {
    LINEAR,
    NEAREST,
    /** Cubic convolution with a = -0.75; two spatial axes only. */
    CUBIC
  }

  /** What lies outside the input. */
  public enum Padding {
    ZEROS,
    /** The nearest element inside. */
    BORDER,
    /** The input, mirrored at its border again and again. */
    REFLECTION
  }

  /**
   * The input at the grid's places.
   *
   * @param x [N, C, H, W] or [N, C, D, H, W]
   * @param grid [N, outH, outW, 2] or [N, outD, outH, outW, 3]
   * @param alignCorners -1 and 1 are the centres of the corner elements; else their outer edges
   * @return [N, C, outH, outW] or [N, C, outD, outH, outW]
   * @throws ShapeException when the shapes do not fit
   */
  public static Tensor gridSample(
      Tensor x, Tensor grid, Mode mode, Padding padding, boolean alignCorners) {
    int n = x.rank() - 2;
    if (n < 1
        || grid.rank() != x.rank()
        || grid.size(-1) != n
        || grid.size(0) != x.size(0)
        || (mode == Mode.CUBIC && n != 2)) {
      throw new ShapeException(
          "gridSample ("
              + mode
              + ") expects an input [N, C, spatial...] and a grid [N, out..., "
              + "number of spatial axes], got shapes "
              + x.shape()
              + " and "
              + grid.shape());
    }
    Sampler s = new Sampler(x, padding, alignCorners);
    Tensor flatGrid = grid.reshape(grid.size(0), -1, n);
    Tensor[] at = new Tensor[n]; // [N, places] by input axis
    for (int i = 0; i < n; i++) {
      at[i] = s.toElements(flatGrid.select(2, n - 1 - i), i);
    }
    Tensor y =
        switch (mode) {
          case NEAREST -> s.nearest(at);
          case LINEAR -> s.linear(at);
          case CUBIC -> s.cubic(at);
        };
    long[] shape = grid.shape().toArray();
    System.arraycopy(shape, 1, shape, 2, n);
    shape[1] = x.size(1);
    return y.reshape(shape);
  }

  /** What stays the same for all taps. */
  private static final class Sampler {
    private final Tensor flat;
    private final long[] sizes;
    private final Padding padding;
    private final boolean alignCorners;

    Sampler(Tensor x, Padding padding, boolean alignCorners) {
      this.flat = x.reshape(x.size(0), x.size(1), -1);
      this.sizes = Spatial.sizes(x);
      this.padding = padding;
      this.alignCorners = alignCorners;
    }

    /** From -1 .. 1 to element numbers. */
    Tensor toElements(Tensor coordinate, int axis) {
      double size = sizes[axis];
      return alignCorners
          ? coordinate.add(1.0).mul((size - 1) / 2)
          : coordinate.add(1.0).mul(size).sub(1.0).mul(0.5);
    }

    Tensor nearest(Tensor[] at) {
      Tensor[] index = new Tensor[at.length];
      Arrays.setAll(index, i -> inside(at[i].detach(), i).round());
      return value(index);
    }

    Tensor linear(Tensor[] at) {
      int n = at.length;
      Tensor[] place = new Tensor[n];
      Tensor[] low = new Tensor[n];
      for (int i = 0; i < n; i++) {
        place[i] = inside(at[i], i);
        low[i] = place[i].detach().floor();
      }
      Tensor y = flat.constant(0.0);
      for (int corner = 0; corner < 1 << n; corner++) {
        Tensor[] index = new Tensor[n];
        Tensor weight = place[0].constant(1.0);
        for (int i = 0; i < n; i++) {
          boolean high = (corner >> i & 1) != 0;
          index[i] = high ? low[i].add(1.0) : low[i];
          Tensor share = place[i].sub(low[i]);
          weight = weight.mul(high ? share : share.rsub(1.0));
        }
        y = y.add(value(index).mul(weight.unsqueeze(1)));
      }
      return y;
    }

    Tensor cubic(Tensor[] at) {
      Tensor[] low = new Tensor[2];
      Tensor[] share = new Tensor[2];
      for (int i = 0; i < 2; i++) {
        low[i] = at[i].detach().floor();
        share[i] = at[i].sub(low[i]);
      }
      Tensor y = flat.constant(0.0);
      for (int row = -1; row <= 2; row++) {
        Tensor rowWeight = cubicWeight(share[0], row);
        for (int column = -1; column <= 2; column++) {
          Tensor[] index = {
            inside(low[0].add((double) row), 0), inside(low[1].add((double) column), 1)
          };
          Tensor weight = rowWeight.mul(cubicWeight(share[1], column));
          y = y.add(value(index).mul(weight.unsqueeze(1)));
        }
      }
      return y;
    }

    /** The kernel of cubic convolution for a tap, {@code share} from the element at 0. */
    private static Tensor cubicWeight(Tensor share, int tap) {
      double a = -0.75;
      Tensor d = tap <= 0 ? share.sub((double) tap) : share.rsub(tap); // the distance
      if (tap == 0 || tap == 1) {
        return d.mul(a + 2).sub(a + 3).mul(d).mul(d).add(1.0);
      }
      return d.mul(a).sub(5 * a).mul(d).add(8 * a).mul(d).sub(4 * a);
    }

    /** Coordinates brought inside as the padding says; with zeros they stay. */
    private Tensor inside(Tensor at, int axis) {
      double size = sizes[axis];
      return switch (padding) {
        case ZEROS -> at;
        case BORDER -> Activations.hardtanh(at, 0, size - 1);
        case REFLECTION -> {
          double from = alignCorners ? 0 : -0.5;
          double span = alignCorners ? size - 1 : size;
          if (span == 0) {
            yield at.mul(0.0);
          }
          Tensor distance = at.sub(from).abs();
          Tensor flips = distance.detach().mul(1 / span).floor();
          Tensor extra = distance.sub(flips.mul(span));
          Tensor odd = flips.remainder(flips.constant(2.0)).eq(1.0);
          Tensor mirrored = odd.where(extra.rsub(span), extra).add(from);
          yield Activations.hardtanh(mirrored, 0, size - 1);
        }
      };
    }

    /** The elements [N, C, places] at whole coordinates, 0 for those outside. */
    private Tensor value(Tensor[] index) {
      Tensor place = null;
      Tensor valid = null;
      for (int i = 0; i < index.length; i++) {
        double last = sizes[i] - 1.0;
        Tensor here = index[i].ge(0.0).and(index[i].le(last));
        valid = valid == null ? here : valid.and(here);
        Tensor whole = index[i].clamp(0, last).to(DType.INT64);
        place = place == null ? whole : place.mul(sizes[i]).add(whole);
      }
      if (place == null || valid == null) {
        throw new IllegalStateException("an input has at least one spatial axis");
      }
      Shape shape = Shape.of(flat.size(0), flat.size(1), place.size(1));
      Tensor y = flat.gather(2, place.unsqueeze(1).expand(shape));
      return padding == Padding.ZEROS ? valid.unsqueeze(1).where(y, y.constant(0.0)) : y;
    }
  }

  /**
   * The grid of an affine map: theta [N, 2, 3] gives [N, H, W, 2], theta [N, 3, 4] gives [N, D, H,
   * W, 3].
   *
   * @param size the sizes of the output, [N, C, spatial...]
   * @throws ShapeException when theta does not fit the size
   */
  public static Tensor affineGrid(Tensor theta, Shape size, boolean alignCorners) {
    int n = size.rank() - 2;
    if (n < 1 || !theta.shape().equals(Shape.of(size.size(0), n, n + 1))) {
      throw new ShapeException(
          "affineGrid to "
              + size
              + " expects theta of shape [N, axes, axes + 1], got "
              + theta.shape());
    }
    long[] out = size.slice(2, n + 2).toArray();
    int places = Math.toIntExact(Shape.of(out).numel());
    double[] base = new double[places * (n + 1)];
    for (int p = 0; p < places; p++) {
      long rest = p;
      for (int i = n - 1; i >= 0; i--) {
        long k = rest % out[i];
        rest /= out[i];
        base[p * (n + 1) + n - 1 - i] =
            alignCorners
                ? (out[i] > 1 ? -1 + 2.0 * k / (out[i] - 1) : 0)
                : (2.0 * k + 1) / out[i] - 1;
      }
      base[p * (n + 1) + n] = 1;
    }
    Tensor y = Constants.values(theta, base, places, n + 1).matmul(theta.t());
    long[] shape = new long[n + 2];
    shape[0] = size.size(0);
    System.arraycopy(out, 0, shape, 1, n);
    shape[n + 1] = n;
    return y.reshape(shape);
  }
}
