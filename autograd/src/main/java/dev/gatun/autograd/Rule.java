package dev.gatun.autograd;

import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.UnsupportedOpException;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How gradients pass one op backwards. A rule computes in tensor ops, so that it can be
 * differentiated itself. It need not undo broadcasting: a gradient of the broadcast shape is summed
 * to the input's by the tape.
 */
interface Rule {

  /** What the rule reads when the given inputs need gradients. */
  Saves saves(boolean[] tracked);

  /** One gradient for each input; null for those without one or that the step does not want. */
  @Nullable Tensor[] gradients(Step s);

  /** What the tape does with an op. */
  enum Kind {
    /** Records it. */
    RECORD,
    /** Records the parts of its decomposition instead. */
    DECOMPOSE,
    /** Nothing: no gradient passes, the results are not tracked. */
    NONE
  }

  default Kind kind() {
    return Kind.RECORD;
  }

  /** The op has no derivative and its result depends on no leaf: it is not recorded. */
  Rule NONE = unrecorded(Kind.NONE);

  /** The op is recorded as the parts of its decomposition. */
  Rule DECOMPOSE = unrecorded(Kind.DECOMPOSE);

  private static Rule unrecorded(Kind kind) {
    return new Rule() {
      @Override
      public Kind kind() {
        return kind;
      }

      @Override
      public Saves saves(boolean[] tracked) {
        return Saves.NOTHING;
      }

      @Override
      public @Nullable Tensor[] gradients(Step s) {
        return new @Nullable Tensor[s.inputs()];
      }
    };
  }

  /** The result is piecewise constant: the gradient is zero, as in PyTorch. */
  Rule ZERO = each(Saves.NOTHING, (s, i) -> s.zeros(i));

  /** All gradients by one function. */
  static Rule all(Saves saves, Function<Step, @Nullable Tensor[]> gradients) {
    return new Rule() {
      @Override
      public Saves saves(boolean[] tracked) {
        return saves;
      }

      @Override
      public @Nullable Tensor[] gradients(Step s) {
        return gradients.apply(s);
      }
    };
  }

  /** The gradient of one input. */
  interface ByInput {
    @Nullable Tensor gradient(Step s, int input);
  }

  /** One function for any number of inputs. */
  static Rule each(Saves saves, ByInput gradient) {
    return all(
        saves,
        s -> {
          @Nullable Tensor[] out = new @Nullable Tensor[s.inputs()];
          for (int i = 0; i < out.length; i++) {
            out[i] = s.wants(i) ? gradient.gradient(s, i) : null;
          }
          return out;
        });
  }

  /**
   * The gradient of one of several inputs.
   *
   * @param saves what it reads
   * @param gradient computes it
   */
  record Term(Saves saves, Function<Step, Tensor> gradient) {}

  /** The gradient of an input, from the output gradient alone. */
  static Term wrt(Function<Step, Tensor> gradient) {
    return new Term(Saves.NOTHING, gradient);
  }

  /** The gradient of an input. */
  static Term wrt(Saves saves, Function<Step, Tensor> gradient) {
    return new Term(saves, gradient);
  }

  /**
   * One term for each of the first inputs; further inputs have no gradient. The last inputs may be
   * absent.
   */
  static Rule of(Term... terms) {
    return new Rule() {
      @Override
      public Saves saves(boolean[] tracked) {
        Saves all = Saves.NOTHING;
        for (int i = 0; i < Math.min(terms.length, tracked.length); i++) {
          all = tracked[i] ? all.and(terms[i].saves) : all;
        }
        return all;
      }

      @Override
      public @Nullable Tensor[] gradients(Step s) {
        @Nullable Tensor[] out = new @Nullable Tensor[s.inputs()];
        for (int i = 0; i < Math.min(terms.length, out.length); i++) {
          out[i] = s.wants(i) ? terms[i].gradient.apply(s) : null;
        }
        return out;
      }
    };
  }

  /** One input; the gradient needs only the output's gradient g. */
  static Rule g(UnaryOperator<Tensor> gradient) {
    return of(wrt(s -> gradient.apply(s.g())));
  }

  /** One input x; the gradient is a function of g and x. */
  static Rule gx(BinaryOperator<Tensor> gradient) {
    return of(wrt(Saves.A, s -> gradient.apply(s.g(), s.a())));
  }

  /** One input; the gradient is a function of g and the output y. */
  static Rule gy(BinaryOperator<Tensor> gradient) {
    return of(wrt(Saves.Y, s -> gradient.apply(s.g(), s.y())));
  }

  /** The op's outputs are tracked, and an error tells that it has no gradient when one is asked. */
  static Rule missing(String message) {
    return all(
        Saves.NOTHING,
        s -> {
          throw new UnsupportedOpException(message);
        });
  }
}
