// Factorisations over the last two axes: one thread for each matrix, in double. Right for many small matrices; large single ones belong on
// the CPU.
#include "walk.cuh"

namespace gatun {
namespace {

__device__ int pivot(const double *a, int n, int column) {
  int best = column;
  for (int r = column + 1; r < n; r++) {
    best = fabs(a[r * n + column]) > fabs(a[best * n + column]) ? r : best;
  }
  return best;
}

__device__ void swapRows(double *a, int width, int i, int j) {
  for (int c = 0; c < width && i != j; c++) {
    double t = a[i * width + c];
    a[i * width + c] = a[j * width + c];
    a[j * width + c] = t;
  }
}

template <typename T>
struct Cholesky {
  const T *x;
  T *y;
  double *work;
  int n;
  gatun_fault_info *fault;
  __device__ void operator()(int64_t m, const int64_t (&)[1]) const {
    double *l = work + m * n * n;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = up(x[(m * n + i) * n + j]);
        for (int k = 0; k < j; k++) {
          sum -= l[i * n + k] * l[j * n + k];
        }
        if (i == j && sum <= 0) {
          note(fault, GATUN_FAULT_NOT_POSITIVE_DEFINITE, m, i + 1);
          return;
        }
        l[i * n + j] = i == j ? sqrt(sum) : sum / l[j * n + j];
      }
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        y[(m * n + i) * n + j] = down<T>(j <= i ? l[i * n + j] : 0.0);
      }
    }
  }
};

template <typename T>
struct Solve {
  const T *a, *b;
  T *y;
  double *work;
  int n, k;
  gatun_fault_info *fault;
  __device__ void operator()(int64_t i, const int64_t (&at)[3]) const {
    int64_t m = i;
    double *u = work + m * n * (n + k), *v = u + n * n;
    for (int e = 0; e < n * n; e++) {
      u[e] = up(a[at[0] + e]);
    }
    for (int e = 0; e < n * k; e++) {
      v[e] = up(b[at[1] + e]);
    }
    for (int c = 0; c < n; c++) {
      int p = pivot(u, n, c);
      if (u[p * n + c] == 0) {
        note(fault, GATUN_FAULT_SINGULAR, m, 0);
        return;
      }
      swapRows(u, n, c, p);
      swapRows(v, k, c, p);
      for (int r = c + 1; r < n; r++) {
        double f = u[r * n + c] / u[c * n + c];
        for (int j = c; j < n; j++) {
          u[r * n + j] -= f * u[c * n + j];
        }
        for (int j = 0; j < k; j++) {
          v[r * k + j] -= f * v[c * k + j];
        }
      }
    }
    for (int r = n - 1; r >= 0; r--) {
      for (int j = 0; j < k; j++) {
        double sum = v[r * k + j];
        for (int c = r + 1; c < n; c++) {
          sum -= u[r * n + c] * v[c * k + j];
        }
        v[r * k + j] = sum / u[r * n + r];
      }
    }
    for (int e = 0; e < n * k; e++) {
      y[at[2] + e] = down<T>(v[e]);
    }
  }
};

template <typename T>
struct SignLogDet {
  const T *x;
  T *signs, *logs;
  double *work;
  int n;
  __device__ void operator()(int64_t m, const int64_t (&)[1]) const {
    double *u = work + m * n * n;
    for (int e = 0; e < n * n; e++) {
      u[e] = up(x[m * n * n + e]);
    }
    double sign = 1, sum = 0;
    for (int c = 0; c < n; c++) {
      int p = pivot(u, n, c);
      swapRows(u, n, c, p);
      double d = u[c * n + c];
      sign *= (p == c ? 1 : -1) * (d > 0 ? 1.0 : d < 0 ? -1.0 : d);
      sum += log(fabs(d));
      if (d == 0) {
        break;
      }
      for (int r = c + 1; r < n; r++) {
        double f = u[r * n + c] / d;
        for (int j = c; j < n; j++) {
          u[r * n + j] -= f * u[c * n + j];
        }
      }
    }
    signs[m] = down<T>(sign);
    logs[m] = down<T>(sum);
  }
};

// Jacobi's cyclic rotations (Golub and Van Loan, Matrix Computations, section 8.5).
template <typename T>
struct Eigh {
  const T *x;
  T *values, *vectors;
  double *work; // matrix, vectors
  int n;
  __device__ void rotate(double *a, double *v, int p, int q) const {
    if (a[p * n + q] == 0) {
      return;
    }
    double tau = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
    double t = copysign(1.0, tau) / (fabs(tau) + hypot(1.0, tau));
    double c = 1 / sqrt(1 + t * t), s = t * c;
    for (int k = 0; k < n; k++) {
      double e = a[k * n + p], f = a[k * n + q];
      a[k * n + p] = c * e - s * f;
      a[k * n + q] = s * e + c * f;
    }
    for (int k = 0; k < n; k++) {
      double e = a[p * n + k], f = a[q * n + k];
      a[p * n + k] = c * e - s * f;
      a[q * n + k] = s * e + c * f;
      e = v[k * n + p];
      f = v[k * n + q];
      v[k * n + p] = c * e - s * f;
      v[k * n + q] = s * e + c * f;
    }
  }
  __device__ void operator()(int64_t m, const int64_t (&)[1]) const {
    double *a = work + m * 2 * n * n, *v = a + n * n;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        a[i * n + j] = a[j * n + i] = up(x[(m * n + i) * n + j]);
        v[i * n + j] = v[j * n + i] = i == j;
      }
    }
    for (int sweep = 0; sweep < 60; sweep++) {
      double off = 0, total = 0;
      for (int i = 0; i < n * n; i++) {
        total += a[i] * a[i];
        off += i % n == i / n ? 0 : a[i] * a[i];
      }
      if (!(off > total * 1e-34)) { // also for NaN
        break;
      }
      for (int p = 0; p < n - 1; p++) {
        for (int q = p + 1; q < n; q++) {
          rotate(a, v, p, q);
        }
      }
    }
    // Rising values: each finds its rank.
    for (int from = 0; from < n; from++) {
      double value = a[from * n + from];
      int rank = 0;
      for (int j = 0; j < n; j++) {
        double other = a[j * n + j];
        rank += other < value || (other == value && j < from) || (value != value && (other == other || j < from));
      }
      values[m * n + rank] = down<T>(value);
      double greatest = 0;
      for (int i = 0; i < n; i++) {
        greatest = fabs(v[i * n + from]) > fabs(greatest) ? v[i * n + from] : greatest;
      }
      for (int i = 0; i < n; i++) {
        double e = v[i * n + from];
        vectors[(m * n + i) * n + rank] = down<T>(greatest < 0 ? -e : e);
      }
    }
  }
};

Walk<1> matrices(const gatun_tensor *x) {
  Walk<1> w;
  int64_t one[1] = {1};
  for (int a = 0; a < x->rank - 2; a++) {
    w.n *= x->shape[a];
  }
  Walk<1> flat;
  flat.add(w.n, one);
  flat.n = w.n;
  return flat;
}

bool square(const gatun_tensor *x) { return x->rank >= 2 && x->shape[x->rank - 1] == x->shape[x->rank - 2] && isDense(x); }

// Runs make(tag, work) over the matrices of x with `doubles` of workspace for each.
template <typename F>
int run(const Call &call, const char *name, const gatun_tensor *x, int64_t doubles, F make) {
  if (!square(x)) {
    return fail(GATUN_INVALID, std::string(name) + " needs dense square matrices");
  }
  Walk<1> all = matrices(x);
  if (all.n == 0) {
    return GATUN_OK;
  }
  Workspace work(call.context(), all.n * doubles * 8);
  if (work.status != GATUN_OK) {
    return work.status;
  }
  bool known = withFloat(x->dtype, [&](auto tag) { each(call, all, make(tag, static_cast<double *>(work.data))); });
  return known ? GATUN_OK : unsupported(name, x);
}

} // namespace
} // namespace gatun

using namespace gatun;

int32_t gatun_cholesky(gatun_context *context, const gatun_tensor *x, const gatun_tensor *y) {
  Call call(context, "cholesky");
  int64_t n = x->shape[x->rank - 1];
  int status = run(call, "cholesky", x, n * n, [&](auto tag, double *work) {
    using T = typename decltype(tag)::type;
    return Cholesky<T>{static_cast<const T *>(x->data), static_cast<T *>(y->data), work, static_cast<int>(n), call.fault()};
  });
  return status != GATUN_OK ? status : call.done();
}

int32_t gatun_solve(gatun_context *context, const gatun_tensor *a, const gatun_tensor *b, const gatun_tensor *y) {
  Call call(context, "solve");
  int r = y->rank;
  if (r < 2 || a->rank != r || b->rank != r) {
    return fail(GATUN_INVALID, "solve needs operands of one rank from 2 on");
  }
  int64_t n = y->shape[r - 2], k = y->shape[r - 1];
  if (numel(y) == 0) {
    return GATUN_OK;
  }
  Walk<3> batches; // the matrices themselves are dense
  for (int i = 0; i < r - 2; i++) {
    int64_t s[3] = {a->stride[i], b->stride[i], y->stride[i]};
    batches.add(y->shape[i], s);
  }
  Workspace work(context, batches.n * n * (n + k) * 8);
  if (work.status != GATUN_OK) {
    return work.status;
  }
  bool known = withFloat(y->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    each(call, batches,
        Solve<T>{static_cast<const T *>(a->data), static_cast<const T *>(b->data), static_cast<T *>(y->data),
            static_cast<double *>(work.data), static_cast<int>(n), static_cast<int>(k), call.fault()});
  });
  return known ? call.done() : unsupported("solve", y);
}

int32_t gatun_sign_log_det(gatun_context *context, const gatun_tensor *x, const gatun_tensor *sign, const gatun_tensor *log) {
  Call call(context, "determinant");
  int64_t n = x->shape[x->rank - 1];
  int status = run(call, "determinant", x, n * n, [&](auto tag, double *work) {
    using T = typename decltype(tag)::type;
    return SignLogDet<T>{
        static_cast<const T *>(x->data), static_cast<T *>(sign->data), static_cast<T *>(log->data), work, static_cast<int>(n)};
  });
  return status != GATUN_OK ? status : call.done();
}

int32_t gatun_eigh(gatun_context *context, const gatun_tensor *x, const gatun_tensor *values, const gatun_tensor *vectors) {
  Call call(context, "eigh");
  int64_t n = x->shape[x->rank - 1];
  int status = run(call, "eigh", x, 2 * n * n, [&](auto tag, double *work) {
    using T = typename decltype(tag)::type;
    return Eigh<T>{
        static_cast<const T *>(x->data), static_cast<T *>(values->data), static_cast<T *>(vectors->data), work, static_cast<int>(n)};
  });
  return status != GATUN_OK ? status : call.done();
}
