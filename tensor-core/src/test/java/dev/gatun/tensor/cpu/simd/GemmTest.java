package dev.gatun.tensor.cpu.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GemmTest {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final int[] SIZES = {1, 2, 3, 4, 5, 7, 8, 12, 13, 16, 17, 31, 32, 33, 64, 65, 100};
  private static final int[] DEPTHS = {1, 2, 5, 8, 17, 33, 100};

  @Test
  void smallShapesMatchTheNaiveProduct() {
    for (int m : SIZES) {
      for (int n : SIZES) {
        for (int k : DEPTHS) {
          int h = 7 * m + 3 * n + k;
          check(m, n, k, bit(h, 0), bit(h, 1), bit(h, 2), bit(h, 3), 3 * (h & 1), 1 + h % 2);
          check(m, n, k, bit(h, 1), bit(h, 2), bit(h, 3), bit(h, 0), 0, 1);
        }
      }
    }
  }

  @Test
  void shapesBeyondOneBlockMatchTheNaiveProduct() {
    int[][] shapes = {
      {300, 257, 700},
      {129, 511, 321},
      {2000, 33, 320},
      {33, 2000, 641},
      {1930, 1930, 20},
      {7, 600, 1000},
      {1, 5000, 300},
      {1, 300, 5000},
      {5000, 1, 300},
      {300, 1, 5000},
      {2, 2, 50_000}
    };
    for (int[] s : shapes) {
      for (int f = 0; f < 4; f++) {
        check(s[0], s[1], s[2], bit(f, 0), bit(f, 1), f == 3, f == 2, f, 1);
      }
    }
  }

  @Test
  void emptyInnerDimensionGivesZeroOrTheBias() {
    check(5, 6, 0, false, false, false, true, 2, 1);
    check(5, 6, 0, false, false, true, false, 2, 1);
    check(5, 6, 0, false, false, false, false, 0, 1);
  }

  @Test
  void negativeSizeIsRefused() {
    MemorySegment none = MemorySegment.NULL;
    assertThrows(
        IllegalArgumentException.class,
        () -> Gemm.gemm(-1, 2, 2, none, 0, 2, 1, none, 0, 2, 1, none, 0, 2, false));
  }

  @Test
  void batchedProductEqualsSingleProducts() {
    int[][] cases = {{1, 3, 5, 7}, {5, 8, 8, 8}, {16, 64, 64, 64}, {3, 70, 33, 400}};
    for (int[] s : cases) {
      int batch = s[0];
      int m = s[1];
      int n = s[2];
      int k = s[3];
      for (int shared = 0; shared < 3; shared++) {
        long aBatch = shared == 1 ? 0 : (long) m * k;
        long bBatch = shared == 2 ? 0 : (long) k * n;
        try (Arena arena = Arena.ofShared()) {
          Random random = new Random(batch);
          MemorySegment a = normal(arena, random, batch * m * k);
          MemorySegment b = normal(arena, random, batch * k * n);
          MemorySegment c = normal(arena, random, batch * m * n);
          MemorySegment expected = copy(arena, c);
          Gemm.gemmBatched(
              batch, m, n, k, a, 0, aBatch, k, 1, b, 0, bBatch, n, 1, c, 0, (long) m * n, n, true);
          for (int i = 0; i < batch; i++) {
            addProduct(
                m, n, k, a, i * aBatch, k, 1, b, i * bBatch, n, 1, expected, (long) i * m * n, n);
          }
          for (int i = 0; i < batch * m * n; i++) {
            assertEquals(
                expected.getAtIndex(FLOAT, i),
                c.getAtIndex(FLOAT, i),
                tolerance(k),
                "element " + i);
          }
        }
      }
    }
  }

  @Test
  void loopInsideALoopAndManyCallersComplete() throws InterruptedException {
    AtomicInteger count = new AtomicInteger();
    Thread[] callers = new Thread[4];
    for (int t = 0; t < callers.length; t++) {
      callers[t] =
          new Thread(() -> {
            for (int i = 0; i < 200; i++) {
              ThreadPool.parallelFor(
                  5, o -> ThreadPool.parallelFor(3, in -> count.incrementAndGet()));
            }
          });
      callers[t].start();
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertEquals(4 * 200 * 15, count.get());
  }

  @Test
  void exceptionOfATaskReachesTheCallerAndThePoolSurvives() {
    for (int thrower = 0; thrower < 4; thrower++) {
      int bad = thrower;
      IllegalStateException e =
          assertThrows(
              IllegalStateException.class,
              () ->
                  ThreadPool.parallelFor(
                      4,
                      task -> {
                        if (task == bad) {
                          throw new IllegalStateException("task " + task);
                        }
                      }));
      assertEquals("task " + bad, e.getMessage());
    }
    AtomicInteger count = new AtomicInteger();
    ThreadPool.parallelFor(9, task -> count.addAndGet(task));
    assertEquals(36, count.get());
  }

  private static boolean bit(int value, int index) {
    return (value >> index & 1) != 0;
  }

  private static void check(
      int m,
      int n,
      int k,
      boolean transposeA,
      boolean transposeB,
      boolean accumulate,
      boolean biasRelu,
      int pad,
      int gap) {
    Random random = new Random(31L * m + 7L * n + k);
    try (Arena arena = Arena.ofShared()) {
      long aLead = (long) (transposeA ? m : k) * gap + pad;
      long bLead = (long) (transposeB ? k : n) * gap + pad;
      long ldc = (long) n + pad;
      MemorySegment a = normal(arena, random, (int) aLead * (transposeA ? k : m) + 3);
      MemorySegment b = normal(arena, random, (int) bLead * (transposeB ? n : k) + 2);
      MemorySegment c = normal(arena, random, (int) ldc * m + 1);
      MemorySegment bias = normal(arena, random, n + 1);
      MemorySegment expected = copy(arena, c);
      long aRow = transposeA ? gap : aLead;
      long aCol = transposeA ? aLead : gap;
      long bRow = transposeB ? gap : bLead;
      long bCol = transposeB ? bLead : gap;
      if (biasRelu) {
        Gemm.gemm(
            m, n, k, a, 3, aRow, aCol, b, 2, bRow, bCol, c, 1, ldc, accumulate, bias, 1, true);
      } else {
        Gemm.gemm(m, n, k, a, 3, aRow, aCol, b, 2, bRow, bCol, c, 1, ldc, accumulate);
      }
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          if (!accumulate) {
            expected.setAtIndex(FLOAT, 1 + i * ldc + j, 0f);
          }
        }
      }
      addProduct(m, n, k, a, 3, aRow, aCol, b, 2, bRow, bCol, expected, 1, ldc);
      for (long at = 0; at < ldc * m + 1; at++) {
        long j = (at - 1) % ldc;
        float e = expected.getAtIndex(FLOAT, at);
        if (biasRelu && at > 0 && j < n) {
          e = Math.max(0f, e + bias.getAtIndex(FLOAT, 1 + j));
        }
        // What lies between the rows of C must stay as it was.
        double allowed = at > 0 && j < n ? tolerance(k) : 0;
        float actual = c.getAtIndex(FLOAT, at);
        if (!(Math.abs(e - actual) <= allowed)) {
          fail(
              "m="
                  + m
                  + " n="
                  + n
                  + " k="
                  + k
                  + " tA="
                  + transposeA
                  + " tB="
                  + transposeB
                  + " acc="
                  + accumulate
                  + " bias="
                  + biasRelu
                  + " pad="
                  + pad
                  + " gap="
                  + gap
                  + " at "
                  + at
                  + ": expected "
                  + e
                  + ", got "
                  + actual);
        }
      }
    }
  }

  private static float tolerance(int k) {
    return (float) (2e-5 * (Math.sqrt(k) + 1));
  }

  private static void addProduct(
      int m,
      int n,
      int k,
      MemorySegment a,
      long aOff,
      long aRow,
      long aCol,
      MemorySegment b,
      long bOff,
      long bRow,
      long bCol,
      MemorySegment c,
      long cOff,
      long ldc) {
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = c.getAtIndex(FLOAT, cOff + i * ldc + j);
        for (int p = 0; p < k; p++) {
          sum +=
              (double) a.getAtIndex(FLOAT, aOff + i * aRow + p * aCol)
                  * b.getAtIndex(FLOAT, bOff + p * bRow + j * bCol);
        }
        c.setAtIndex(FLOAT, cOff + i * ldc + j, (float) sum);
      }
    }
  }

  private static MemorySegment normal(Arena arena, Random random, int size) {
    MemorySegment segment = arena.allocate((long) size * Float.BYTES, 64);
    for (int i = 0; i < size; i++) {
      segment.setAtIndex(FLOAT, i, (float) random.nextGaussian());
    }
    return segment;
  }

  private static MemorySegment copy(Arena arena, MemorySegment source) {
    return arena.allocate(source.byteSize(), 64).copyFrom(source);
  }
}
