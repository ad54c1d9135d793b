package dev.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.GatunException;
import dev.gatun.tensor.op.BinaryKind;
import dev.gatun.tensor.op.UnaryKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ScalarMathTest {
  /** Expected values have 18 digits from arbitrary-precision arithmetic (mpmath, 40 digits). */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          ERF, 1e-20, 1.12837916709551251e-20
          ERF, 0.3, 0.328626759459127416
          ERF, -0.47, -0.493745050886082112
          ERF, 1.1, 0.88020506957408173
          ERF, 3.2, 0.999993974238848238
          ERF, 5.9, 0.999999999999999928
          ERFC, -3.0, 1.99997790950300141
          ERFC, -0.2, 1.22270258921047847
          ERFC, 0.46, 0.515344609998320327
          ERFC, 0.9, 0.20309178757716786
          ERFC, 3.9, 3.47922485972317671e-8
          ERFC, 4.1, 6.70002765408491844e-9
          ERFC, 12.0, 1.35626116920590421e-64
          ERFC, 26.5, 2.21090766426373428e-307
          ERFINV, 1e-30, 8.86226925452758088e-31
          ERFINV, 0.01, 0.00886250128095059809
          ERFINV, -0.3, -0.272462714726754345
          ERFINV, 0.5, 0.476936276204469873
          ERFINV, 0.97, 1.53448562177771789
          ERFINV, 0.9999999999, 4.57282495854492494
          LGAMMA, 1e-10, 23.0258509298827352
          LGAMMA, 0.3, 1.09579799481807556
          LGAMMA, 0.999999, 5.77216487385565238e-7
          LGAMMA, 1.4616, -0.121486290035897328
          LGAMMA, 1.9999, -0.000042275208772153458
          LGAMMA, 2.0001, 0.0000422816581129199463
          LGAMMA, 3.7, 1.42807232666538813
          LGAMMA, 9.9, 12.5771799042198797
          LGAMMA, 10.1, 13.0275267386332372
          LGAMMA, 100000.0, 1051287.70897365689
          LGAMMA, -0.5, 1.2655121234846454
          LGAMMA, -3.3, -0.82435580501742646
          DIGAMMA, 1e-05, -100000.577199215673
          DIGAMMA, 0.3, -3.50252422220013312
          DIGAMMA, 1.2, -0.289039896592188352
          DIGAMMA, 4.4, 1.36368548342608843
          DIGAMMA, 9.9, 2.24118031660638144
          DIGAMMA, 123.0, 4.80811380657325482
          DIGAMMA, -0.5, 0.0364899739785765206
          DIGAMMA, -7.75, -1.03076883283093151
          TRIGAMMA, 1e-05, 10000000001.6449084
          TRIGAMMA, 0.3, 12.2453645461077313
          TRIGAMMA, 1.2, 1.26737720542377919
          TRIGAMMA, 4.4, 0.255036207474414557
          TRIGAMMA, 9.9, 0.106283041628740592
          TRIGAMMA, 123.0, 0.00816321997459436736
          TRIGAMMA, -0.5, 8.93480220054467931
          TRIGAMMA, -7.75, 19.6181443343522895
          ASINH, 1e-09, 1.00000000000000006e-9
          ASINH, -0.4, -0.390035319770715297
          ASINH, 3.0, 1.81844645923206682
          ASINH, 1000000000000.0, 28.3241682964884935
          ASINH, -1e+300, -691.468675078773651
          ACOSH, 1.000001, 0.00141421344446382008
          ACOSH, 1.5, 0.962423650119206895
          ACOSH, 40.0, 4.38187034804006699
          ACOSH, 1e+200, 461.210165779369082
          ATANH, 1e-12, 9.9999999999999998e-13
          ATANH, -0.3, -0.309519604203111703
          ATANH, 0.75, 0.972955074527656653
          ATANH, 0.9999999, 8.40562139102230986
          SIGMOID, -40.0, 4.24835425529158898e-18
          SIGMOID, -2.0, 0.119202922022117556
          SIGMOID, 0.0, 0.5
          SIGMOID, 3.0, 0.952574126822433219
          SIGMOID, 30.0, 0.999999999999906424
          LOG2, 1e-300, -996.578428466208704
          LOG2, 0.7, -0.514573172829758332
          LOG2, 1.0001, 0.000144262291094538291
          LOG2, 3.0, 1.58496250072115618
          LOG2, 1e+300, 996.578428466208704
          EXP2, -20.5, 6.74349576174304509e-7
          EXP2, 0.3, 1.23114441334491628
          EXP2, 100.25, 1.50749911312888039e+30
          TAN, 0.5, 0.546302489843790513
          TAN, 1.5, 14.1014199471717194
          TAN, -2.0, 2.18503986326151899
          EXPM1, 1e-10, 1.00000000005000004e-10
          EXPM1, -0.5, -0.393469340287366576
          EXPM1, 3.0, 19.0855369231876677
          LOG1P, 1e-10, 9.99999999950000036e-11
          LOG1P, -0.5, -0.693147180559945309
          LOG1P, 3.0, 1.38629436111989062
          SINH, 1e-05, 0.0000100000000001666675
          SINH, 2.0, 3.62686040784701877
          COSH, 0.1, 1.0050041680558036
          COSH, -3.0, 10.0676619957777658
          TANH, 1e-05, 9.99999999966666748e-6
          TANH, -0.7, -0.604367777117163468
          TANH, 4.0, 0.999329299739067044
          ASIN, 0.3, 0.304692654015397496
          ASIN, -0.9, -1.11976951499863424
          ACOS, 0.3, 1.26610367277949912
          ACOS, -0.9, 2.69056584179353086
          ATAN, 0.3, 0.291456794477867082
          ATAN, -20.0, -1.52083793107295386
          LOG10, 0.02, -1.6989700043360188
          LOG10, 10000001.0, 7.00000004342944602
          RSQRT, 0.3, 1.82574185835055375
          RSQRT, 7.0, 0.377964473009227227
          """)
  void functionsAreAccurate(UnaryKind kind, double x, double want) {
    // Digamma is a difference of two terms of magnitude 1, and more near its poles.
    double scale = kind == UnaryKind.DIGAMMA ? Math.max(1, Math.abs(want)) : Math.abs(want);
    assertThat(ScalarMath.unary(kind, x)).isCloseTo(want, within(2e-15 * scale));
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          ERF, Infinity, 1
          ERF, -Infinity, -1
          ERF, -0.0, -0.0
          ERFC, Infinity, 0
          ERFC, -Infinity, 2
          ERFINV, 1, Infinity
          ERFINV, -1, -Infinity
          ERFINV, 1.0000001, NaN
          ERFINV, -0.0, -0.0
          LGAMMA, 1, 0
          LGAMMA, 2, 0
          LGAMMA, 0, Infinity
          LGAMMA, -3, Infinity
          LGAMMA, -Infinity, Infinity
          LGAMMA, Infinity, Infinity
          DIGAMMA, 0, -Infinity
          DIGAMMA, -0.0, Infinity
          DIGAMMA, -2, NaN
          DIGAMMA, Infinity, Infinity
          TRIGAMMA, 0, Infinity
          TRIGAMMA, -1, Infinity
          TRIGAMMA, Infinity, 0
          ASINH, -0.0, -0.0
          ASINH, Infinity, Infinity
          ASINH, -Infinity, -Infinity
          ACOSH, 1, 0
          ACOSH, 0.99, NaN
          ACOSH, Infinity, Infinity
          ATANH, 1, Infinity
          ATANH, -1, -Infinity
          ATANH, 1.5, NaN
          ATANH, Infinity, NaN
          ATANH, -0.0, -0.0
          SIGMOID, Infinity, 1
          SIGMOID, -Infinity, 0
          SIGMOID, 800, 1
          SIGMOID, -800, 0
          LOG2, 0, -Infinity
          LOG2, -1, NaN
          LOG2, 536870912, 29
          LOG2, 0.125, -3
          LOG2, Infinity, Infinity
          EXP2, -1, 0.5
          EXP2, 2000, Infinity
          LOG1P, -1, -Infinity
          EXPM1, -Infinity, -1
          RSQRT, 0, Infinity
          RECIPROCAL, -0.0, -Infinity
          RELU, -0.0, 0
          RELU, -5, 0
          SIGN, -0.0, -0.0
          SIGN, -7, -1
          ROUND, 2.5, 2
          ROUND, -3.5, -4
          TRUNC, -2.9, -2
          FLOOR, -2.1, -3
          CEIL, -2.9, -2
          """)
  void functionsHaveTheirLimits(UnaryKind kind, double x, double want) {
    assertThat(ScalarMath.unary(kind, x)).isEqualTo(Double.valueOf(want));
  }

  @Test
  void allFloatFunctionsKeepNan() {
    for (UnaryKind kind : UnaryKind.values()) {
      if (kind.domain() == UnaryKind.Domain.FLOAT || kind.domain() == UnaryKind.Domain.NUMERIC) {
        assertThat(ScalarMath.unary(kind, Double.NaN)).as(kind.label()).isNaN();
      }
    }
  }

  /** Python's {@code //} and {@code %}, C's fmod, and their limits as PyTorch has them. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          FLOOR_DIV, 7, 2, 3
          FLOOR_DIV, -7, 2, -4
          FLOOR_DIV, 7, -2, -4
          FLOOR_DIV, -7, -2, 3
          FLOOR_DIV, 1, 0, Infinity
          FLOOR_DIV, -1, 0, -Infinity
          FLOOR_DIV, 0, 0, NaN
          FLOOR_DIV, 1, 0.1, 9
          TRUNC_DIV, -7, 2, -3
          TRUNC_DIV, 7, -2, -3
          REMAINDER, 7, 3, 1
          REMAINDER, -7, 3, 2
          REMAINDER, 7, -3, -2
          REMAINDER, -7, -3, -1
          REMAINDER, 5, Infinity, 5
          REMAINDER, -5, Infinity, Infinity
          REMAINDER, 1, 0, NaN
          FMOD, -7, 3, -1
          FMOD, 7, -3, 1
          FMOD, 1, 0, NaN
          FMOD, Infinity, 3, NaN
          POW, 2, 10, 1024
          POW, -8, 0.3333, NaN
          POW, 0, 0, 1
          POW, 1, NaN, 1
          POW, NaN, 0, 1
          POW, -1, Infinity, 1
          POW, 0, -1, Infinity
          MAXIMUM, 1, NaN, NaN
          MAXIMUM, NaN, 1, NaN
          MINIMUM, 1, NaN, NaN
          MINIMUM, 2, 3, 2
          COPYSIGN, 3, -0.0, -3
          ATAN2, 0, -1, 3.141592653589793
          """)
  void floatFunctionsOfTwo(BinaryKind kind, double a, double b, double want) {
    assertThat(ScalarMath.binary(kind, a, b, DType.FLOAT64)).isEqualTo(Double.valueOf(want));
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          FLOOR_DIV, -7, 2, -4
          TRUNC_DIV, -7, 2, -3
          REMAINDER, -7, 3, 2
          REMAINDER, 7, -3, -2
          FMOD, -7, 3, -1
          POW, 3, 4, 81
          POW, 2, -1, 0
          POW, -1, -3, -1
          POW, 1, -5, 1
          POW, 2, 64, 0
          SHL, 1, 31, 2147483648
          SHL, 1, 32, 0
          SHL, 1, -1, 0
          SHR, -8, 1, -4
          SHR, -8, 40, -1
          SHR, 8, 200, 0
          SHR, -8, -1, -1
          XOR, 6, 3, 5
          """)
  void integerFunctionsOfTwo(BinaryKind kind, long a, long b, long want) {
    assertThat(ScalarMath.binary(kind, a, b, DType.INT32)).isEqualTo(want);
  }

  @ParameterizedTest
  @CsvSource({"FLOOR_DIV", "TRUNC_DIV", "REMAINDER", "FMOD"})
  void integersAreNotDividedByZero(BinaryKind kind) {
    assertThatThrownBy(() -> ScalarMath.binary(kind, 5, 0, DType.INT16))
        .isInstanceOf(GatunException.class)
        .hasMessage(kind.label() + " of int16: division by zero");
  }
}
