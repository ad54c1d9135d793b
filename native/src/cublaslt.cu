#include "cublaslt.cuh"
#include "cublaslt_api.h"
#include "walk.cuh"

#include <array>
#include <cstdlib>
#include <dlfcn.h>
#include <memory>

namespace gatun {
namespace {

using namespace cublaslt;

constexpr uint64_t MOST_WORKSPACE = 32 << 20; // what NVIDIA recommends for Hopper
constexpr size_t MOST_PLANS = 4096;

struct Functions {
#define GATUN_CUBLASLT_POINTER(name, parameters) int(*name) parameters = nullptr;
  GATUN_CUBLASLT_FUNCTIONS(GATUN_CUBLASLT_POINTER)
#undef GATUN_CUBLASLT_POINTER
  int version = 0;
};

// The library that GATUN_CUBLASLT names, else the newest that the system finds; none where it is named "none", and none for the emulation
// if it is not named.
void *openLibrary() {
  if (const char *named = std::getenv("GATUN_CUBLASLT")) {
    return dlopen(named, RTLD_NOW | RTLD_LOCAL);
  }
#ifndef GATUN_EMULATION
  for (const char *name : {"libcublasLt.so.13", "libcublasLt.so.12"}) {
    if (void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
      return library;
    }
  }
#endif
  return nullptr;
}

// The library's functions, or NULL. It stays open.
const Functions *open() {
  static const std::unique_ptr<Functions> functions = []() -> std::unique_ptr<Functions> {
    void *library = openLibrary();
    auto version = library ? reinterpret_cast<size_t (*)()>(dlsym(library, "cublasLtGetVersion")) : nullptr;
    if (!version) {
      return nullptr;
    }
    auto f = std::make_unique<Functions>();
    f->version = static_cast<int>(version());
    bool all = true;
#define GATUN_CUBLASLT_FIND(name, parameters) \
  f->name = reinterpret_cast<int(*) parameters>(dlsym(library, #name)); \
  all &= f->name != nullptr;
    GATUN_CUBLASLT_FUNCTIONS(GATUN_CUBLASLT_FIND)
#undef GATUN_CUBLASLT_FIND
    return all ? std::move(f) : nullptr;
  }();
  return functions.get();
}

// A matrix in memory as the library sees it: column after column, so that a row-major one is its transpose.
struct Operand {
  int64_t rows, columns, ld, batch;
  int transposed; // whether the library has to transpose it to get the transpose of ours
};

// False for strides that the library has no word for.
bool describe(const gatun_tensor *x, Operand &o) {
  int r = x->rank;
  int64_t rows = x->shape[r - 2], columns = x->shape[r - 1], down = x->stride[r - 2], across = x->stride[r - 1];
  Walk<1> batches;
  for (int i = 0; i < r - 2; i++) {
    int64_t s[1] = {x->stride[i]};
    batches.add(x->shape[i], s);
  }
  if (batches.rank > 1) {
    return false;
  }
  o.batch = batches.rank == 0 ? 0 : batches.stride[0][0];
  if (o.batch < 0) {
    return false;
  }
  int64_t rowLd = rows == 1 ? columns : down, columnLd = columns == 1 ? rows : across;
  if ((columns == 1 || across == 1) && rowLd >= columns) {
    o = {columns, rows, rowLd, o.batch, 0};
    return true;
  }
  if ((rows == 1 || down == 1) && columnLd >= rows) {
    o = {rows, columns, columnLd, o.batch, 1};
    return true;
  }
  return false;
}

// In bytes; more than 256 make no difference.
uint32_t alignmentOf(const void *p) {
  auto at = reinterpret_cast<uintptr_t>(p);
  uint32_t a = 256;
  while (at % a != 0) {
    a /= 2;
  }
  return a;
}

int typeOf(int dtype) {
  switch (dtype) {
  case GATUN_FLOAT32: return R_32F;
  case GATUN_FLOAT64: return R_64F;
  case GATUN_FLOAT16: return R_16F;
  case GATUN_BFLOAT16: return R_16BF;
  default: return -1;
  }
}

struct Problem {
  int64_t m, n, k, batches;
  Operand a, b;
  int dtype, precision;
  const void *bias; // or NULL
  uint32_t aAlignment, bAlignment, yAlignment;

  std::array<int64_t, 16> key() const {
    return {m, n, k, batches, a.ld, a.batch, a.transposed, b.ld, b.batch, b.transposed, dtype, precision,
        bias ? alignmentOf(bias) : 0, aAlignment, bAlignment, yAlignment};
  }
};

} // namespace

// How a product of one shape is asked for, or that the library does not take it. Choosing the algorithm takes the library longer than small
// products do, so it happens once.
struct Plan {
  const Functions &f;
  MatmulDesc descriptor = nullptr;
  MatrixLayout a = nullptr, b = nullptr, y = nullptr;
  HeuristicResult best{};
  bool usable = false;

  // Whether the bias of a call is where the plan looks for it.
  bool take(const void *bias) { return !bias || set(BIAS_POINTER, bias); }

  Plan(const Functions &f, Handle handle, const Problem &p) : f(f) { usable = prepare(handle, p); }

  Plan(const Plan &) = delete;
  Plan &operator=(const Plan &) = delete;

  ~Plan() {
    if (descriptor) {
      f.cublasLtMatmulDescDestroy(descriptor);
    }
    for (MatrixLayout layout : {a, b, y}) {
      if (layout) {
        f.cublasLtMatrixLayoutDestroy(layout);
      }
    }
  }

private:
  // y' = b' a', for the library reads row-major matrices as their transposes: b is its first operand.
  bool prepare(Handle handle, const Problem &p) {
    int type = typeOf(p.dtype);
    int compute = p.dtype == GATUN_FLOAT64 ? COMPUTE_64F
                  : p.dtype == GATUN_FLOAT32 && p.precision == 1 ? COMPUTE_32F_FAST_TF32
                                                                 : COMPUTE_32F;
    int first = p.b.transposed ? OP_T : OP_N, second = p.a.transposed ? OP_T : OP_N;
    unsigned epilogue = p.bias ? EPILOGUE_BIAS : EPILOGUE_DEFAULT;
    return ok(f.cublasLtMatmulDescCreate(&descriptor, compute, p.dtype == GATUN_FLOAT64 ? R_64F : R_32F)) &&
           set(TRANSA, first) && set(TRANSB, second) && set(EPILOGUE, epilogue) && (!p.bias || set(BIAS_POINTER, p.bias)) && layout(b, type, p.b, p.batches) &&
           layout(a, type, p.a, p.batches) && layout(y, type, {p.n, p.m, p.n, p.m * p.n, 0}, p.batches) && choose(handle, p);
  }

  static bool ok(int status) { return status == SUCCESS; }

  template <typename V>
  bool set(int attribute, V value) {
    return ok(f.cublasLtMatmulDescSetAttribute(descriptor, attribute, &value, sizeof value));
  }

  bool layout(MatrixLayout &to, int type, const Operand &o, int64_t batches) {
    auto count = static_cast<int32_t>(batches);
    return ok(f.cublasLtMatrixLayoutCreate(&to, type, static_cast<uint64_t>(o.rows), static_cast<uint64_t>(o.columns), o.ld)) &&
           ok(f.cublasLtMatrixLayoutSetAttribute(to, BATCH_COUNT, &count, sizeof count)) &&
           ok(f.cublasLtMatrixLayoutSetAttribute(to, STRIDED_BATCH_OFFSET, &o.batch, sizeof o.batch));
  }

  bool choose(Handle handle, const Problem &p) {
    MatmulPreference preference = nullptr;
    if (!ok(f.cublasLtMatmulPreferenceCreate(&preference))) {
      return false;
    }
    auto prefer = [&](int attribute, auto value) {
      return ok(f.cublasLtMatmulPreferenceSetAttribute(preference, attribute, &value, sizeof value));
    };
    int found = 0;
    // Parts of a sum are added up in float32 too, not in the dtype of the result.
    uint32_t reduction = REDUCTION_COMPUTE_TYPE;
    bool chosen = prefer(MAX_WORKSPACE_BYTES, MOST_WORKSPACE) && prefer(REDUCTION_SCHEME_MASK, reduction) && prefer(MIN_ALIGNMENT_A_BYTES, p.bAlignment) &&
                  prefer(MIN_ALIGNMENT_B_BYTES, p.aAlignment) && prefer(MIN_ALIGNMENT_C_BYTES, p.yAlignment) &&
                  prefer(MIN_ALIGNMENT_D_BYTES, p.yAlignment) &&
                  ok(f.cublasLtMatmulAlgoGetHeuristic(handle, descriptor, b, a, y, y, preference, 1, &best, &found));
    f.cublasLtMatmulPreferenceDestroy(preference);
    return chosen && found == 1 && best.state == SUCCESS;
  }
};

// The library's handle of a context and the plans made so far.
struct Blas {
  const Functions &f;
  Handle handle = nullptr;
  std::mutex mutex;
  std::map<std::array<int64_t, 16>, std::unique_ptr<Plan>> plans;

  explicit Blas(const Functions &f) : f(f) {
    if (f.cublasLtCreate(&handle) != SUCCESS) {
      handle = nullptr;
    }
  }

  ~Blas() {
    plans.clear();
    if (handle) {
      f.cublasLtDestroy(handle);
    }
  }

  Plan &plan(const Problem &p) {
    auto key = p.key();
    auto found = plans.find(key);
    if (found == plans.end()) {
      if (plans.size() >= MOST_PLANS) {
        plans.clear();
      }
      found = plans.emplace(key, std::make_unique<Plan>(f, handle, p)).first;
    }
    return *found->second;
  }
};

void closeBlas(Blas *blas) { delete blas; }

int blasVersion() {
  const Functions *f = open();
  return f ? f->version : 0;
}

bool multiplyByLibrary(const Call &call, const gatun_tensor *a, const gatun_tensor *b, const gatun_tensor *bias, int precision,
    const gatun_tensor *y) {
  const Functions *f = open();
  int r = y->rank;
  Problem p{y->shape[r - 2], y->shape[r - 1], a->shape[r - 1], 1, {}, {}, y->dtype, precision, bias ? bias->data : nullptr,
      alignmentOf(a->data), alignmentOf(b->data), alignmentOf(y->data)};
  for (int i = 0; i < r - 2; i++) {
    p.batches *= y->shape[i];
  }
  if (!f || typeOf(y->dtype) < 0 || p.m == 0 || p.n == 0 || p.k == 0 || p.batches == 0 || p.batches > INT32_MAX || !describe(a, p.a) ||
      !describe(b, p.b)) {
    return false;
  }
  gatun_context *c = call.context();
  std::call_once(c->blasOnce, [&] { c->blas = new Blas(*f); });
  Blas &blas = *c->blas;
  std::lock_guard<std::mutex> lock(blas.mutex); // of the plan's pointer to the bias, and of the order of work
  if (!blas.handle) {
    return false;
  }
  Plan &plan = blas.plan(p);
  if (!plan.usable || !plan.take(p.bias)) {
    return false;
  }
  Workspace workspace(c, static_cast<int64_t>(plan.best.workspaceSize));
  float one = 1, zero = 0;
  double oneDouble = 1, zeroDouble = 0;
  bool wide = y->dtype == GATUN_FLOAT64;
  return workspace.status == GATUN_OK &&
         f->cublasLtMatmul(blas.handle, plan.descriptor, wide ? static_cast<void *>(&oneDouble) : &one, b->data, plan.b, a->data, plan.a,
             wide ? static_cast<void *>(&zeroDouble) : &zero, y->data, plan.y, y->data, plan.y, &plan.best.algorithm, workspace.data,
             plan.best.workspaceSize, call.stream()) == SUCCESS;
}

} // namespace gatun
