package dev.gatun.autograd;

/**
 * Which operands and results a gradient rule reads, one bit each (the last bit of each word also
 * stands for all further ones).
 *
 * @param inputs bit i for input i
 * @param outputs bit i for output i
 */
record Saves(int inputs, int outputs) {
  static final Saves NOTHING = new Saves(0, 0);
  static final Saves A = new Saves(1, 0);
  static final Saves B = new Saves(2, 0);
  static final Saves C = new Saves(4, 0);
  static final Saves Y = new Saves(0, 1);
  static final Saves Y1 = new Saves(0, 2);
  static final Saves INPUTS = new Saves(-1, 0);
  static final Saves ALL = new Saves(-1, -1);

  Saves and(Saves other) {
    int in = inputs | other.inputs;
    int out = outputs | other.outputs;
    if (in == inputs && out == outputs) {
      return this;
    }
    return in == other.inputs && out == other.outputs ? other : new Saves(in, out);
  }

  boolean isNothing() {
    return (inputs | outputs) == 0;
  }

  boolean input(int i) {
    return (inputs >>> Math.min(i, 31) & 1) != 0;
  }

  boolean output(int i) {
    return (outputs >>> Math.min(i, 31) & 1) != 0;
  }
}
