// What is promised of products by cuBLASLt, on the stand-in for it: it is used where it takes the operands, and where it is missing, refuses
// or fails, the results are the same.
// Usage: cublaslt_test libgatun_cuda_emulated.so libcublasLt_emulated.so
#include "../include/gatun.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <initializer_list>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

int failures = 0;

void expect(bool ok, const char *what) {
  if (!ok) {
    std::printf("failed: %s\n", what);
    failures++;
  }
}

void *library;

template <typename F>
F *function(const char *name, F *) {
  return reinterpret_cast<F *>(dlsym(library, name));
}
#define CALL(name) function(#name, name)

gatun_context *context;

// Device memory of the emulation is the host's.
struct Memory {
  void *data = nullptr;
  explicit Memory(int64_t bytes) { CALL(gatun_allocate)(context, bytes, &data); }
  ~Memory() { CALL(gatun_release)(context, data); }
};

int bytesOf(int dtype) { return dtype == GATUN_FLOAT64 ? 8 : dtype == GATUN_FLOAT32 || dtype == GATUN_INT32 ? 4 : 2; }

// Small whole numbers, which every dtype holds, and their products and sums too.
void put(void *data, int dtype, int64_t i, int value) {
  float f = static_cast<float>(value);
  uint32_t bits;
  std::memcpy(&bits, &f, 4);
  switch (dtype) {
  case GATUN_FLOAT64: static_cast<double *>(data)[i] = value; break;
  case GATUN_FLOAT32: static_cast<float *>(data)[i] = f; break;
  case GATUN_INT32: static_cast<int32_t *>(data)[i] = value; break;
  case GATUN_BFLOAT16: static_cast<uint16_t *>(data)[i] = static_cast<uint16_t>(bits >> 16); break;
  default:
    static_cast<uint16_t *>(data)[i] =
        static_cast<uint16_t>(value == 0 ? 0 : ((bits >> 16) & 0x8000) | (((bits & 0x7fffffff) - 0x38000000) >> 13));
  }
}

double get(const void *data, int dtype, int64_t i) {
  if (dtype == GATUN_FLOAT64) {
    return static_cast<const double *>(data)[i];
  }
  if (dtype == GATUN_FLOAT32) {
    return static_cast<double>(static_cast<const float *>(data)[i]);
  }
  if (dtype == GATUN_INT32) {
    return static_cast<const int32_t *>(data)[i];
  }
  uint32_t h = static_cast<const uint16_t *>(data)[i];
  uint32_t bits = dtype == GATUN_BFLOAT16 ? h << 16 : (h & 0x7fff) == 0 ? 0 : (h & 0x8000) << 16 | (((h & 0x7fff) << 13) + 0x38000000);
  float f;
  std::memcpy(&f, &bits, 4);
  return static_cast<double>(f);
}

struct Case {
  int dtype;
  int64_t batches, m, n, k;
  bool aTurned, bTurned, bShared, bias;
  int64_t gap;    // elements between rows
  int64_t offset; // elements before the first
  int64_t spread; // elements between neighbours; not 1: no library takes that
};

gatun_tensor tensor(void *data, int dtype, int64_t batches, int64_t rows, int64_t columns, int64_t batch, int64_t row, int64_t column) {
  gatun_tensor t{};
  t.data = data;
  t.dtype = dtype;
  t.rank = 3;
  t.shape[0] = batches;
  t.shape[1] = rows;
  t.shape[2] = columns;
  t.stride[0] = batch;
  t.stride[1] = row;
  t.stride[2] = column;
  return t;
}

// An operand [batches, rows, columns] in memory of its own.
struct Operand {
  Memory memory;
  gatun_tensor t;
  Operand(const Case &c, int64_t batches, int64_t rows, int64_t columns, bool turned, bool shared, int seed)
      : memory((batches * (rows + c.gap) * (columns + c.gap) * c.spread + c.offset) * bytesOf(c.dtype)) {
    int64_t minor = turned ? rows : columns, major = turned ? columns : rows, lead = (minor + c.gap) * c.spread;
    t = tensor(static_cast<char *>(memory.data) + c.offset * bytesOf(c.dtype), c.dtype, batches, rows, columns,
        shared ? 0 : major * lead, turned ? c.spread : lead, turned ? lead : c.spread);
    for (int64_t b = 0; b < (shared ? 1 : batches); b++) {
      for (int64_t i = 0; i < rows; i++) {
        for (int64_t j = 0; j < columns; j++) {
          put(t.data, c.dtype, at(b, i, j), static_cast<int>((b * 7 + i * 3 + j * 5 + seed) % 5 - 2));
        }
      }
    }
  }
  int64_t at(int64_t b, int64_t i, int64_t j) const { return b * t.stride[0] + i * t.stride[1] + j * t.stride[2]; }
  double operator()(int64_t b, int64_t i, int64_t j) const { return get(t.data, t.dtype, at(b, i, j)); }
};

// Whether a product has the right result.
bool right(const Case &c) {
  Operand a(c, c.batches, c.m, c.k, c.aTurned, false, 0), b(c, c.batches, c.k, c.n, c.bTurned, c.bShared, 1);
  Memory y(c.batches * c.m * c.n * bytesOf(c.dtype)), bias(c.n * bytesOf(c.dtype));
  gatun_tensor yt = tensor(y.data, c.dtype, c.batches, c.m, c.n, c.m * c.n, c.n, 1);
  gatun_tensor bt{};
  bt.data = bias.data;
  bt.dtype = c.dtype;
  bt.rank = 1;
  bt.shape[0] = c.n;
  bt.stride[0] = 1;
  for (int64_t j = 0; j < c.n; j++) {
    put(bias.data, c.dtype, j, static_cast<int>(j % 7 - 3));
  }
  if (CALL(gatun_matmul)(context, &a.t, &b.t, c.bias ? &bt : nullptr, 0, &yt) != GATUN_OK ||
      CALL(gatun_synchronize)(context) != GATUN_OK) {
    std::printf("%s\n", CALL(gatun_last_error)());
    return false;
  }
  for (int64_t batch = 0; batch < c.batches; batch++) {
    for (int64_t i = 0; i < c.m; i++) {
      for (int64_t j = 0; j < c.n; j++) {
        double sum = c.bias ? get(bias.data, c.dtype, j) : 0;
        for (int64_t k = 0; k < c.k; k++) {
          sum += a(batch, i, k) * b(batch, k, j);
        }
        if (get(y.data, c.dtype, (batch * c.m + i) * c.n + j) != sum) {
          return false;
        }
      }
    }
  }
  return true;
}

std::vector<Case> cases(int dtype) {
  return {
      {dtype, 1, 3, 5, 4, false, false, false, false, 0, 0, 1},
      {dtype, 1, 3, 5, 4, false, false, false, true, 0, 0, 1},
      {dtype, 1, 3, 5, 4, true, false, false, false, 0, 0, 1},
      {dtype, 1, 3, 5, 4, false, true, false, true, 2, 3, 1},
      {dtype, 1, 3, 5, 4, true, true, false, false, 1, 1, 1},
      {dtype, 3, 2, 7, 6, false, true, false, false, 1, 0, 1},
      {dtype, 3, 2, 7, 6, true, false, true, true, 0, 5, 1},
      {dtype, 2, 1, 5, 3, false, false, false, false, 2, 0, 1},
      {dtype, 2, 5, 1, 3, false, true, false, true, 0, 0, 1},
      {dtype, 1, 4, 4, 1, false, false, false, false, 0, 0, 1},
      {dtype, 1, 1, 1, 9, true, true, false, false, 0, 0, 1},
  };
}

bool open(const char *path) {
  library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  return library && CALL(gatun_context_create)(0, &context) == GATUN_OK;
}

int version() {
  gatun_device_info info;
  return CALL(gatun_device_properties)(0, &info) == GATUN_OK ? info.cublaslt_version : -1;
}

// In a process of its own, since a process looks for the library once.
void withoutLibrary(const char *path, const char *name) {
  pid_t child = fork();
  if (child == 0) {
    setenv("GATUN_CUBLASLT", name, 1);
    bool ok = open(path) && version() == 0 && right({GATUN_FLOAT32, 2, 3, 5, 4, false, true, false, true, 1, 1, 1});
    _exit(ok ? 0 : 1);
  }
  int status = 1;
  waitpid(child, &status, 0);
  expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, name);
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 3) {
    return 2;
  }
  withoutLibrary(argv[1], "none");
  withoutLibrary(argv[1], argv[1]); // a library, but another one
  setenv("GATUN_CUBLASLT", argv[2], 1);
  unsetenv("GATUN_EMULATED_CUBLASLT");
  if (!open(argv[1])) {
    std::printf("failed: cannot open %s\n", argv[1]);
    return 1;
  }
  expect(version() == 130000, "the version is told");
  auto *products = reinterpret_cast<int (*)()>(dlsym(dlopen(argv[2], RTLD_NOW | RTLD_LOCAL), "emulatedCublasLtProducts"));
  for (int dtype : {GATUN_FLOAT32, GATUN_FLOAT64, GATUN_FLOAT16, GATUN_BFLOAT16}) {
    for (const Case &c : cases(dtype)) {
      for (int round = 0; round < 2; round++) { // the second by the plan of the first, with other memory
        int before = products();
        expect(right(c), "a right product");
        bool refused = dtype == GATUN_FLOAT64 && c.bias;
        expect(products() == before + (refused ? 0 : 1), refused ? "what is refused is made by the own kernel" : "the library makes it");
      }
    }
  }
  int before = products();
  expect(right({GATUN_FLOAT32, 2, 3, 5, 4, false, false, false, false, 0, 0, 2}), "strides that the library has no word for");
  expect(right({GATUN_INT32, 1, 3, 5, 4, false, false, false, false, 0, 0, 1}), "integers");
  expect(right({GATUN_FLOAT32, 1, 3, 5, 0, false, false, false, true, 0, 0, 1}), "an empty sum");
  setenv("GATUN_EMULATED_CUBLASLT", "fail", 1);
  expect(right({GATUN_FLOAT32, 1, 3, 5, 4, false, false, false, true, 0, 0, 1}), "a product that fails");
  setenv("GATUN_EMULATED_CUBLASLT", "refuse", 1);
  expect(right({GATUN_FLOAT32, 1, 31, 5, 4, false, false, false, true, 0, 0, 1}), "a product without an algorithm");
  expect(products() == before, "these are made by the own kernel");
  expect(CALL(gatun_context_destroy)(context) == GATUN_OK, "the context is destroyed");
  std::printf(failures == 0 ? "all as promised\n" : "%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
