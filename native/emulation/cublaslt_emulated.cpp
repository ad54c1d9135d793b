// libcublasLt_emulated.so: a stand-in for cuBLASLt on host memory, so that the code that calls the library runs in tests. It is stricter
// than the library: what contradicts its documentation is refused. GATUN_EMULATED_CUBLASLT=refuse: no algorithm for any product; fail: no
// product that was promised comes about.
#include "../src/cublaslt_api.h"

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace cublaslt {

struct Context {};
struct Descriptor {
  int compute, scale, operations[2];
  unsigned epilogue;
  const void *bias;
};
struct Layout {
  int type, batches;
  uint64_t rows, columns;
  int64_t ld, offset;
};
struct Preference {
  uint64_t workspace;
  uint32_t reduction;
  uint32_t alignment[4]; // of a, b, c, d
};

namespace {

constexpr size_t WORKSPACE = 4096;

std::atomic<int> products{0};

bool told(const char *word) {
  const char *mode = std::getenv("GATUN_EMULATED_CUBLASLT");
  return mode && std::strcmp(mode, word) == 0;
}

float ofBits(uint32_t bits) {
  float f;
  std::memcpy(&f, &bits, 4);
  return f;
}

float ofHalf(uint16_t h) {
  uint32_t sign = (h & 0x8000u) << 16, exponent = (h >> 10) & 31, fraction = h & 1023;
  if (exponent == 0) {
    return (sign ? -1 : 1) * std::ldexp(static_cast<float>(fraction), -24);
  }
  return ofBits(sign | (exponent == 31 ? 0x7f800000 : (exponent + 112) << 23) | fraction << 13);
}

double load(const void *data, int type, int64_t i) {
  switch (type) {
  case R_64F: return static_cast<const double *>(data)[i];
  case R_32F: return static_cast<const float *>(data)[i];
  case R_16F: return ofHalf(static_cast<const uint16_t *>(data)[i]);
  default: return ofBits(static_cast<uint32_t>(static_cast<const uint16_t *>(data)[i]) << 16);
  }
}

// To nearest even, by the bits that are cut off.
uint16_t round16(double x, int type) {
  float f = static_cast<float>(x);
  uint32_t b;
  std::memcpy(&b, &f, 4);
  if (std::isnan(f)) {
    return type == R_16F ? 0x7e00 : 0x7fc0;
  }
  if (type == R_16BF) {
    return static_cast<uint16_t>((b + 0x7fff + ((b >> 16) & 1)) >> 16);
  }
  auto sign = static_cast<uint16_t>((b >> 16) & 0x8000);
  float magnitude = std::fabs(f);
  if (magnitude >= 65520) {
    return sign | 0x7c00;
  }
  int exponent = 0;
  std::frexp(magnitude, &exponent);
  int steps = exponent - 11 < -24 ? -24 : exponent - 11; // of the last bit
  float units = std::nearbyint(std::ldexp(magnitude, -steps));
  float rounded = std::ldexp(units, steps);
  if (rounded < 0x1p-14f) {
    return static_cast<uint16_t>(sign | static_cast<uint16_t>(std::ldexp(rounded, 24)));
  }
  std::memcpy(&b, &rounded, 4);
  return static_cast<uint16_t>(sign | ((b - 0x38000000) >> 13));
}

void store(void *data, int type, int64_t i, double x) {
  switch (type) {
  case R_64F: static_cast<double *>(data)[i] = x; break;
  case R_32F: static_cast<float *>(data)[i] = static_cast<float>(x); break;
  default: static_cast<uint16_t *>(data)[i] = round16(x, type);
  }
}

bool aligned(const void *p, uint64_t bytes) { return reinterpret_cast<uintptr_t>(p) % bytes == 0; }

// Rows and columns of an operand as the product sees it.
uint64_t rowsOf(const Layout &l, int operation) { return operation == OP_T ? l.columns : l.rows; }
uint64_t columnsOf(const Layout &l, int operation) { return operation == OP_T ? l.rows : l.columns; }

bool fits(const Descriptor &d, const Layout &a, const Layout &b, const Layout &y) {
  bool types = a.type == b.type && a.type == y.type &&
               (a.type == R_64F ? d.compute == COMPUTE_64F && d.scale == R_64F
                                : d.scale == R_32F && (d.compute == COMPUTE_32F || (d.compute == COMPUTE_32F_FAST_TF32 && a.type == R_32F)));
  bool shapes = rowsOf(a, d.operations[0]) == y.rows && columnsOf(a, d.operations[0]) == rowsOf(b, d.operations[1]) &&
                columnsOf(b, d.operations[1]) == y.columns;
  bool batches = a.batches == y.batches && b.batches == y.batches && (y.batches == 1 || y.offset > 0);
  bool leads = true;
  for (const Layout *l : {&a, &b, &y}) {
    leads &= l->rows > 0 && l->columns > 0 && l->ld >= static_cast<int64_t>(l->rows) && l->offset >= 0;
  }
  return types && shapes && batches && leads;
}

template <typename S>
void multiply(const Descriptor &d, const void *a, const Layout &al, const void *b, const Layout &bl, void *y, const Layout &yl) {
  auto depth = columnsOf(al, d.operations[0]);
  for (int64_t batch = 0; batch < yl.batches; batch++) {
    for (uint64_t i = 0; i < yl.rows; i++) {
      for (uint64_t j = 0; j < yl.columns; j++) {
        S sum = 0;
        for (uint64_t k = 0; k < depth; k++) {
          uint64_t ai = d.operations[0] == OP_T ? k + i * al.ld : i + k * al.ld;
          uint64_t bj = d.operations[1] == OP_T ? j + k * bl.ld : k + j * bl.ld;
          sum += static_cast<S>(load(a, al.type, static_cast<int64_t>(ai) + batch * al.offset)) *
                 static_cast<S>(load(b, bl.type, static_cast<int64_t>(bj) + batch * bl.offset));
        }
        if (d.epilogue == EPILOGUE_BIAS) {
          sum += static_cast<S>(load(d.bias, yl.type, static_cast<int64_t>(i)));
        }
        store(y, yl.type, static_cast<int64_t>(i + j * yl.ld) + batch * yl.offset, sum);
      }
    }
  }
}

template <typename V>
int take(V &to, const void *value, size_t bytes) {
  if (bytes != sizeof(V) || !value) {
    return INVALID_VALUE;
  }
  std::memcpy(&to, value, bytes);
  return SUCCESS;
}

} // namespace
} // namespace cublaslt

using namespace cublaslt;

extern "C" {

// How many products it has made; for tests.
int emulatedCublasLtProducts() { return products; }

size_t cublasLtGetVersion() { return 130000; }

int cublasLtCreate(Handle *handle) {
  *handle = new Context();
  return SUCCESS;
}

int cublasLtDestroy(Handle handle) {
  delete handle;
  return SUCCESS;
}

int cublasLtMatmulDescCreate(MatmulDesc *d, int compute, int scale) {
  *d = new Descriptor{compute, scale, {OP_N, OP_N}, EPILOGUE_DEFAULT, nullptr};
  return SUCCESS;
}

int cublasLtMatmulDescDestroy(MatmulDesc d) {
  delete d;
  return SUCCESS;
}

int cublasLtMatmulDescSetAttribute(MatmulDesc d, int attribute, const void *value, size_t bytes) {
  switch (attribute) {
  case TRANSA: return take(d->operations[0], value, bytes);
  case TRANSB: return take(d->operations[1], value, bytes);
  case EPILOGUE: return take(d->epilogue, value, bytes);
  case BIAS_POINTER: return take(d->bias, value, bytes);
  default: return INVALID_VALUE;
  }
}

int cublasLtMatrixLayoutCreate(MatrixLayout *l, int type, uint64_t rows, uint64_t columns, int64_t ld) {
  *l = new Layout{type, 1, rows, columns, ld, 0};
  return SUCCESS;
}

int cublasLtMatrixLayoutDestroy(MatrixLayout l) {
  delete l;
  return SUCCESS;
}

int cublasLtMatrixLayoutSetAttribute(MatrixLayout l, int attribute, const void *value, size_t bytes) {
  switch (attribute) {
  case BATCH_COUNT: return take(l->batches, value, bytes);
  case STRIDED_BATCH_OFFSET: return take(l->offset, value, bytes);
  default: return INVALID_VALUE;
  }
}

int cublasLtMatmulPreferenceCreate(MatmulPreference *p) {
  *p = new Preference{0, 7, {256, 256, 256, 256}};
  return SUCCESS;
}

int cublasLtMatmulPreferenceDestroy(MatmulPreference p) {
  delete p;
  return SUCCESS;
}

int cublasLtMatmulPreferenceSetAttribute(MatmulPreference p, int attribute, const void *value, size_t bytes) {
  switch (attribute) {
  case MAX_WORKSPACE_BYTES: return take(p->workspace, value, bytes);
  case REDUCTION_SCHEME_MASK: return take(p->reduction, value, bytes);
  case MIN_ALIGNMENT_A_BYTES:
  case MIN_ALIGNMENT_B_BYTES:
  case MIN_ALIGNMENT_C_BYTES:
  case MIN_ALIGNMENT_D_BYTES: return take(p->alignment[attribute - MIN_ALIGNMENT_A_BYTES], value, bytes);
  default: return INVALID_VALUE;
  }
}

// The one algorithm: it remembers the alignments that it was chosen for. Float64 has no bias, as in versions of the library.
int cublasLtMatmulAlgoGetHeuristic(Handle, MatmulDesc d, MatrixLayout a, MatrixLayout b, MatrixLayout c, MatrixLayout y,
    MatmulPreference p, int wanted, HeuristicResult *results, int *found) {
  *found = 0;
  if (wanted < 1 || !fits(*d, *a, *b, *y) || !fits(*d, *a, *b, *c)) {
    return INVALID_VALUE;
  }
  if (told("refuse") || (d->epilogue == EPILOGUE_BIAS && y->type == R_64F) || p->workspace < WORKSPACE ||
      p->reduction != REDUCTION_COMPUTE_TYPE) {
    return NOT_SUPPORTED;
  }
  std::memset(results, 0, sizeof *results);
  for (int i = 0; i < 4; i++) {
    results->algorithm.data[i] = p->alignment[i];
  }
  results->workspaceSize = WORKSPACE;
  results->state = SUCCESS;
  *found = 1;
  return SUCCESS;
}

int cublasLtMatmul(Handle, MatmulDesc d, const void *alpha, const void *a, MatrixLayout al, const void *b, MatrixLayout bl,
    const void *beta, const void *c, MatrixLayout cl, void *y, MatrixLayout yl, const Algorithm *algorithm, void *workspace, size_t bytes,
    Stream) {
  if (told("fail")) {
    return EXECUTION_FAILED;
  }
  bool wide = d->scale == R_64F;
  double scales[2] = {load(alpha, wide ? R_64F : R_32F, 0), load(beta, wide ? R_64F : R_32F, 0)};
  const void *operands[4] = {a, b, c, y};
  bool good = fits(*d, *al, *bl, *yl) && fits(*d, *al, *bl, *cl) && scales[0] == 1 && scales[1] == 0 && c == y && bytes >= WORKSPACE &&
              aligned(workspace, 256) && workspace && (d->epilogue == EPILOGUE_BIAS) == (d->bias != nullptr);
  for (int i = 0; i < 4; i++) {
    good &= algorithm->data[i] > 0 && aligned(operands[i], algorithm->data[i]);
  }
  if (!good) {
    return INVALID_VALUE;
  }
  std::memset(workspace, 0xff, WORKSPACE);
  products++;
  if (wide) {
    multiply<double>(*d, a, *al, b, *bl, y, *yl);
  } else {
    multiply<float>(*d, a, *al, b, *bl, y, *yl);
  }
  return SUCCESS;
}

} // extern "C"
