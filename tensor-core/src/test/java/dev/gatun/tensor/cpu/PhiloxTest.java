package dev.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.op.Distribution;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PhiloxTest {
  /** The vectors that the authors publish with Random123 (kat_vectors, philox4x32 10). */
  @Test
  void blocksAreTheKnownAnswers() {
    assertThat(block(0, 0, 0, 0, 0, 0)).isEqualTo("6627e8d5 e169c58d bc57ac4c 9b00dbd8");
    assertThat(block(-1, -1, -1, -1, -1, -1)).isEqualTo("408f276d 41c83b0e a20bc7c6 6d5451fd");
    assertThat(block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0))
        .isEqualTo("d16cfe09 94fdcceb 5001e420 24126ea1");
  }

  private static String block(int c0, int c1, int c2, int c3, int k0, int k1) {
    int[] words = new int[4];
    Philox.block(c0, c1, c2, c3, k0, k1, words);
    return String.format("%08x %08x %08x %08x", words[0], words[1], words[2], words[3]);
  }

  private static float[] floats(Distribution kind, long offset, int n) {
    float[] out = new float[n];
    Philox.fill(kind, DType.FLOAT32, 42, offset, MemorySegment.ofArray(out), 0, 0, n);
    return out;
  }

  private static double[] doubles(Distribution kind, long offset, int n) {
    double[] out = new double[n];
    Philox.fill(kind, DType.FLOAT64, 42, offset, MemorySegment.ofArray(out), 0, 0, n);
    return out;
  }

  @ParameterizedTest
  @EnumSource(
      value = Distribution.class,
      names = {"UNIFORM", "NORMAL"})
  void elementsDependOnTheirPlaceInTheStreamAlone(Distribution kind) {
    float[] all = floats(kind, 0, 40);
    double[] wide = doubles(kind, 0, 40);
    for (int from = 0; from < 9; from++) {
      assertThat(floats(kind, from, 20)).isEqualTo(Arrays.copyOfRange(all, from, from + 20));
      assertThat(doubles(kind, from, 20)).isEqualTo(Arrays.copyOfRange(wide, from, from + 20));
      float[] part = new float[40];
      MemorySegment target = MemorySegment.ofArray(part);
      Philox.fill(kind, DType.FLOAT32, 42, 0, target, 0, from, 30);
      assertThat(Arrays.copyOfRange(part, from, 30)).isEqualTo(Arrays.copyOfRange(all, from, 30));
      assertThat(part[30]).isZero();
    }
  }

  @Test
  void uniformNumbersFillTheUnitInterval() {
    int n = 100_000;
    double[] v = doubles(Distribution.UNIFORM, 0, n);
    double[] f = new double[n];
    float[] narrow = floats(Distribution.UNIFORM, 0, n);
    Arrays.setAll(f, i -> narrow[i]);
    for (double[] x : new double[][] {v, f}) {
      assertThat(Arrays.stream(x).allMatch(u -> u >= 0 && u < 1)).isTrue();
      // Mean and variance of n uniform numbers within five standard errors.
      assertThat(mean(x)).isCloseTo(0.5, within(5 * Math.sqrt(1.0 / 12 / n)));
      double[] squares = Arrays.stream(x).map(u -> (u - 0.5) * (u - 0.5)).toArray();
      assertThat(mean(squares)).isCloseTo(1.0 / 12, within(5 * Math.sqrt(1.0 / 180 / n)));
    }
  }

  @Test
  void sixteenBitUniformNumbersNeverReachOne() {
    short[] bits = new short[100_000];
    MemorySegment target = MemorySegment.ofArray(bits);
    Philox.fill(Distribution.UNIFORM, DType.FLOAT16, 1, 0, target, 0, 0, bits.length);
    float most = 0;
    for (short b : bits) {
      most = Math.max(most, Float.float16ToFloat(b));
    }
    assertThat(most).isEqualTo(1 - 0x1p-11f);
    Philox.fill(Distribution.UNIFORM, DType.BFLOAT16, 1, 0, target, 0, 0, bits.length);
    most = 0;
    for (short b : bits) {
      most = Math.max(most, Float.intBitsToFloat(b << 16));
    }
    assertThat(most).isEqualTo(1 - 0x1p-8f);
  }

  @Test
  void normalNumbersHaveNormalMoments() {
    int n = 200_000;
    double[] v = doubles(Distribution.NORMAL, 0, n);
    double[] f = new double[n];
    float[] narrow = floats(Distribution.NORMAL, 0, n);
    Arrays.setAll(f, i -> narrow[i]);
    for (double[] x : new double[][] {v, f}) {
      // Standard errors of the first moments of n normal numbers, times five.
      assertThat(mean(x)).isCloseTo(0, within(5 / Math.sqrt(n)));
      assertThat(moment(x, 2)).isCloseTo(1, within(5 * Math.sqrt(2.0 / n)));
      assertThat(moment(x, 3)).isCloseTo(0, within(5 * Math.sqrt(15.0 / n)));
      assertThat(moment(x, 4)).isCloseTo(3, within(5 * Math.sqrt(96.0 / n)));
      double inOne = Arrays.stream(x).filter(u -> Math.abs(u) < 1).count() / (double) n;
      assertThat(inOne).isCloseTo(0.682689, within(0.006));
    }
  }

  private static double mean(double[] x) {
    return Arrays.stream(x).sum() / x.length;
  }

  private static double moment(double[] x, int k) {
    return mean(Arrays.stream(x).map(u -> Math.pow(u, k)).toArray());
  }

  @Test
  void theFunctionsOfBoxAndMullerAreAccurate() {
    Random random = new Random(5);
    for (int i = 0; i < 10_000; i++) {
      double u = i % 2 == 0 ? random.nextDouble() : Math.pow(2, -53 * random.nextDouble());
      assertThat(Philox.log(u)).isCloseTo(Math.log(u), within(4e-16 * Math.abs(Math.log(u))));
      double x = (random.nextDouble() - 0.5) * Math.PI / 2;
      assertThat(Philox.sin(x)).isCloseTo(Math.sin(x), within(4e-16 * Math.abs(Math.sin(x))));
      assertThat(Philox.cos(x)).isCloseTo(Math.cos(x), within(4e-16));
    }
    assertThat(Philox.log(1)).isZero();
  }

  /** Other devices must give these bits, too. */
  @Test
  void theStreamIsFixed() {
    assertThat(floats(Distribution.UNIFORM, 0, 3))
        .containsExactly(0.61295986f, 0.4685865f, 0.0732317f);
    assertThat(floats(Distribution.NORMAL, 0, 3))
        .containsExactly(-0.9701898f, 0.19401896f, -1.2356207f);
    assertThat(doubles(Distribution.UNIFORM, 0, 3))
        .containsExactly(0.01005884472426255, 0.23206616768418176, 0.12889964738662518);
    assertThat(doubles(Distribution.NORMAL, 0, 3))
        .containsExactly(0.34103153577061535, 3.0136860172395004, 1.594472768934067);
  }
}
