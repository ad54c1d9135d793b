// Matrix products by cuBLASLt, which is looked for at run time; nothing is linked.
#pragma once

#include "context.cuh"

namespace gatun {

// The version of the cuBLASLt that multiplies, as its cublasLtGetVersion tells, or 0 where there is none.
int blasVersion();

// y [..., M, N] = a times b (+ bias, or NULL), as gatun_matmul. False when the library is missing, or does not take these operands: then
// nothing has been issued.
bool multiplyByLibrary(const Call &call, const gatun_tensor *a, const gatun_tensor *b, const gatun_tensor *bias, int precision,
    const gatun_tensor *y);

} // namespace gatun
