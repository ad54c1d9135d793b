package dev.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The result types of PyTorch's documentation of type promotion. */
class PromotionTest {
  private static final Map<String, DType> NAMES =
      Map.of(
          "u1", DType.UINT8,
          "i1", DType.INT8,
          "i2", DType.INT16,
          "i4", DType.INT32,
          "i8", DType.INT64,
          "f2", DType.FLOAT16,
          "bf", DType.BFLOAT16,
          "f4", DType.FLOAT32,
          "f8", DType.FLOAT64,
          "b1", DType.BOOL);

  /** torch.promote_types, row by column. */
  private static final String TABLE =
      """
         u1 i1 i2 i4 i8 f2 bf f4 f8 b1
      u1 u1 i2 i2 i4 i8 f2 bf f4 f8 u1
      i1 i2 i1 i2 i4 i8 f2 bf f4 f8 i1
      i2 i2 i2 i2 i4 i8 f2 bf f4 f8 i2
      i4 i4 i4 i4 i4 i8 f2 bf f4 f8 i4
      i8 i8 i8 i8 i8 i8 f2 bf f4 f8 i8
      f2 f2 f2 f2 f2 f2 f2 f4 f4 f8 f2
      bf bf bf bf bf bf f4 bf f4 f8 bf
      f4 f4 f4 f4 f4 f4 f4 f4 f4 f8 f4
      f8 f8 f8 f8 f8 f8 f8 f8 f8 f8 f8
      b1 u1 i1 i2 i4 i8 f2 bf f4 f8 b1
      """;

  record Pair(DType a, DType b, DType result) {}

  static List<Pair> pairs() {
    List<String[]> rows = TABLE.lines().map(l -> l.trim().split(" +", -1)).toList();
    List<Pair> out = new ArrayList<>();
    for (String[] row : rows.subList(1, rows.size())) {
      for (int i = 1; i < row.length; i++) {
        out.add(new Pair(NAMES.get(row[0]), NAMES.get(rows.get(0)[i - 1]), NAMES.get(row[i])));
      }
    }
    return out;
  }

  private static Tensor one(DType dtype, Shape shape) {
    return Tensor.ones(shape, dtype, Gatun.defaultDevice());
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void tensorsOfOneRankPromote(Pair p) {
    assertThat(DType.promote(p.a(), p.b())).isEqualTo(p.result());
    try (Scope _ = Scope.open()) {
      for (Shape s : new Shape[] {Shape.of(1), Shape.scalar()}) {
        Tensor a = one(p.a(), s);
        Tensor b = one(p.b(), s);
        assertThat(a.add(b).dtype()).isEqualTo(p.result());
        assertThat(a.eq(b).dtype()).isEqualTo(DType.BOOL);
        assertThat(a.div(b).dtype()).isEqualTo(p.result().isFloat() ? p.result() : DType.FLOAT32);
      }
    }
  }

  @Test
  void thereAreAllPairs() {
    assertThat(pairs()).hasSize(100);
  }

  /** A 0-d tensor counts only when its category is higher. */
  @ParameterizedTest
  @MethodSource("pairs")
  void zeroDimensionalTensorsAreWeak(Pair p) {
    try (Scope _ = Scope.open()) {
      Tensor sum = one(p.a(), Shape.of(1)).add(one(p.b(), Shape.scalar()));
      boolean higher = p.b().kind().compareTo(p.a().kind()) > 0;
      assertThat(sum.dtype()).isEqualTo(higher ? p.b() : p.a());
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void numbersAreWeaker(Pair p) {
    try (Scope _ = Scope.open()) {
      Tensor a = one(p.a(), Shape.of(1));
      assertThat(a.mul(2.5).dtype()).isEqualTo(p.a().isFloat() ? p.a() : DType.FLOAT32);
      assertThat(a.mul(2).dtype()).isEqualTo(p.a().isBool() ? DType.INT64 : p.a());
    }
  }

  @Test
  void namesAreNumpys() {
    assertThat(DType.of("bfloat16")).isEqualTo(DType.BFLOAT16);
    assertThatThrownBy(() -> DType.of("float8"))
        .isInstanceOf(DTypeException.class)
        .hasMessageStartingWith("Unknown dtype 'float8'; expected one of [float32, ");
  }
}
