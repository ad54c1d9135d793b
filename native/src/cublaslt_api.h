// What is used of cuBLASLt (https://docs.nvidia.com/cuda/cublas/#using-the-cublaslt-api), declared here because its header is not
// needed to build: the numbers and layouts that versions 12 and 13 of the library share.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cublaslt {

enum Status : int { SUCCESS = 0, INVALID_VALUE = 7, EXECUTION_FAILED = 13, NOT_SUPPORTED = 15 };
enum ComputeType : int { COMPUTE_32F = 68, COMPUTE_64F = 70, COMPUTE_32F_FAST_TF32 = 77 };
enum DataType : int { R_32F = 0, R_64F = 1, R_16F = 2, R_16BF = 14 };
enum Operation : int { OP_N = 0, OP_T = 1 };
enum Epilogue : unsigned { EPILOGUE_DEFAULT = 1, EPILOGUE_BIAS = 4 };
enum ReductionScheme : unsigned { REDUCTION_COMPUTE_TYPE = 2 };
enum DescriptorAttribute : int { TRANSA = 3, TRANSB = 4, EPILOGUE = 7, BIAS_POINTER = 8 };
enum LayoutAttribute : int { BATCH_COUNT = 5, STRIDED_BATCH_OFFSET = 6 };
enum PreferenceAttribute : int {
  MAX_WORKSPACE_BYTES = 1,
  REDUCTION_SCHEME_MASK = 3,
  MIN_ALIGNMENT_A_BYTES = 5,
  MIN_ALIGNMENT_B_BYTES = 6,
  MIN_ALIGNMENT_C_BYTES = 7,
  MIN_ALIGNMENT_D_BYTES = 8
};

struct Algorithm {
  uint64_t data[8];
};
struct HeuristicResult {
  Algorithm algorithm;
  size_t workspaceSize;
  int state;
  float waves;
  int reserved[4];
};

typedef struct Context *Handle;
typedef struct Descriptor *MatmulDesc;
typedef struct Layout *MatrixLayout;
typedef struct Preference *MatmulPreference;
typedef void *Stream;

} // namespace cublaslt

// F(name, parameters) for each function; all but cublasLtGetVersion return a Status.
#define GATUN_CUBLASLT_FUNCTIONS(F) \
  F(cublasLtCreate, (cublaslt::Handle *)) \
  F(cublasLtDestroy, (cublaslt::Handle)) \
  F(cublasLtMatmulDescCreate, (cublaslt::MatmulDesc *, int computeType, int scaleType)) \
  F(cublasLtMatmulDescDestroy, (cublaslt::MatmulDesc)) \
  F(cublasLtMatmulDescSetAttribute, (cublaslt::MatmulDesc, int attribute, const void *value, size_t bytes)) \
  F(cublasLtMatrixLayoutCreate, (cublaslt::MatrixLayout *, int type, uint64_t rows, uint64_t columns, int64_t ld)) \
  F(cublasLtMatrixLayoutDestroy, (cublaslt::MatrixLayout)) \
  F(cublasLtMatrixLayoutSetAttribute, (cublaslt::MatrixLayout, int attribute, const void *value, size_t bytes)) \
  F(cublasLtMatmulPreferenceCreate, (cublaslt::MatmulPreference *)) \
  F(cublasLtMatmulPreferenceDestroy, (cublaslt::MatmulPreference)) \
  F(cublasLtMatmulPreferenceSetAttribute, (cublaslt::MatmulPreference, int attribute, const void *value, size_t bytes)) \
  F(cublasLtMatmulAlgoGetHeuristic, \
      (cublaslt::Handle, cublaslt::MatmulDesc, cublaslt::MatrixLayout a, cublaslt::MatrixLayout b, cublaslt::MatrixLayout c, \
          cublaslt::MatrixLayout d, cublaslt::MatmulPreference, int wanted, cublaslt::HeuristicResult *results, int *found)) \
  F(cublasLtMatmul, \
      (cublaslt::Handle, cublaslt::MatmulDesc, const void *alpha, const void *a, cublaslt::MatrixLayout aLayout, const void *b, \
          cublaslt::MatrixLayout bLayout, const void *beta, const void *c, cublaslt::MatrixLayout cLayout, void *d, \
          cublaslt::MatrixLayout dLayout, const cublaslt::Algorithm *, void *workspace, size_t bytes, cublaslt::Stream))
