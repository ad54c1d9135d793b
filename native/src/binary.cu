// Functions of two operands, and of an operand and a number.
#include "walk.cuh"

namespace gatun {
namespace {

// In the order of Gatun's BinaryKind.
enum Kind {
  ADD, SUB, MUL, DIV, FLOOR_DIV, TRUNC_DIV, REMAINDER, FMOD, POW, MAXIMUM, MINIMUM, ATAN2, COPYSIGN, EQ, NE, LT, LE, GT, GE, AND, OR, XOR,
  SHL, SHR
};

bool isCompare(int kind) { return kind >= EQ && kind <= GE; }
bool isShort(int kind) { return kind <= DIV || kind == MAXIMUM || kind == MINIMUM; }

template <typename C>
__device__ bool compare(int kind, C a, C b) {
  switch (kind) {
  case EQ: return a == b;
  case NE: return a != b;
  case LT: return a < b;
  case LE: return a <= b;
  case GT: return a > b;
  default: return a >= b;
  }
}

template <typename C>
__device__ C shortFunction(int kind, C a, C b) {
  switch (kind) {
  case ADD: return a + b;
  case SUB: return a - b;
  case MUL: return a * b;
  case DIV: return a / b;
  case MAXIMUM: return greater(a, b);
  default: return smaller(a, b);
  }
}

// Python's //, consistent with its %.
__device__ double floorDivide(double a, double b) {
  if (b == 0) {
    return a / b;
  }
  double r = fmod(a, b), q = (a - r) / b;
  if (r != 0 && (r < 0) != (b < 0)) {
    q--;
  }
  if (q == 0) {
    return copysign(0.0, a / b);
  }
  double below = floor(q);
  return q - below > 0.5 ? below + 1 : below;
}

__device__ double remainder(double a, double b) {
  double r = fmod(a, b);
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

template <typename C>
__device__ C longFunction(int kind, C a, C b) {
  switch (kind) {
  case FLOOR_DIV: return static_cast<C>(floorDivide(a, b));
  case TRUNC_DIV: return trunc(a / b);
  case REMAINDER: return static_cast<C>(remainder(a, b));
  case FMOD: return fmod(a, b);
  case POW: return pow(a, b);
  case ATAN2: return atan2(a, b);
  default: return copysign(a, b);
  }
}

__device__ int64_t power(int64_t a, int64_t b) {
  if (b < 0) {
    return a == 1 ? 1 : a == -1 ? ((b & 1) == 0 ? 1 : -1) : 0;
  }
  uint64_t y = 1;
  for (uint64_t square = a, e = b; e > 0; e >>= 1, square *= square) {
    if (e & 1) {
      y *= square;
    }
  }
  return static_cast<int64_t>(y);
}

__device__ int64_t integerFunction(int kind, int64_t a, int64_t b, int bits, gatun_fault_info *fault) {
  switch (kind) {
  case ADD: return a + b;
  case SUB: return a - b;
  case MUL: return a * b;
  case POW: return power(a, b);
  case MAXIMUM: return a > b ? a : b;
  case MINIMUM: return a < b ? a : b;
  case AND: return a & b;
  case OR: return a | b;
  case XOR: return a ^ b;
  case SHL: return b < 0 || b >= bits ? 0 : static_cast<int64_t>(static_cast<uint64_t>(a) << b);
  case SHR: return a >> (b < 0 || b > 63 ? 63 : b);
  default: break;
  }
  if (b == 0) {
    note(fault, GATUN_FAULT_DIVISION, kind, 0);
    return 0;
  }
  if (b == -1) { // the quotient of the smallest number is none
    return kind == FLOOR_DIV || kind == TRUNC_DIV ? -a : 0;
  }
  int64_t q = a / b, r = a % b;
  bool below = r != 0 && (r < 0) != (b < 0);
  switch (kind) {
  case FLOOR_DIV: return below ? q - 1 : q;
  case TRUNC_DIV: return q;
  case REMAINDER: return below ? r + b : r;
  default: return r;
  }
}

template <typename T, bool SHORT>
struct FloatFunction {
  using Out = T;
  int kind;
  __device__ T operator()(T a, T b) const {
    using C = Compute<T>;
    return down<T>(SHORT ? shortFunction<C>(kind, up(a), up(b)) : longFunction<C>(kind, up(a), up(b)));
  }
};

template <typename T>
struct IntegerFunction {
  using Out = T;
  int kind;
  gatun_fault_info *fault;
  __device__ T operator()(T a, T b) const { return down<T>(integerFunction(kind, up(a), up(b), sizeof(T) * 8, fault)); }
};

template <typename T>
struct Comparison {
  using Out = boolean;
  int kind;
  __device__ boolean operator()(T a, T b) const { return {static_cast<uint8_t>(compare(kind, up(a), up(b)))}; }
};

// With one of the operands fixed.
template <typename T, typename F>
struct Fixed {
  F f;
  T value;
  bool reversed;
  __device__ auto operator()(T x) const { return reversed ? f(value, x) : f(x, value); }
};

// Calls run with the function for a kind and dtype.
template <typename R>
bool withFunction(const Call &call, int kind, int dtype, R run) {
  if (isCompare(kind)) {
    return withAny(dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      run(tag, Comparison<T>{kind});
    });
  }
  auto integer = [&](auto tag) {
    using T = typename decltype(tag)::type;
    run(tag, IntegerFunction<T>{kind, call.fault()});
  };
  if (dtype == GATUN_BOOL) {
    integer(Tag<boolean>{});
    return true;
  }
  return withFloat(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (isShort(kind)) {
      run(tag, FloatFunction<T, true>{kind});
    } else {
      run(tag, FloatFunction<T, false>{kind});
    }
  }) || withInteger(dtype, integer);
}

} // namespace
} // namespace gatun

using namespace gatun;

int32_t gatun_binary(gatun_context *context, int32_t kind, const gatun_tensor *a, const gatun_tensor *b, const gatun_tensor *y) {
  Call call(context, "binary");
  if (kind < ADD || kind > SHR) {
    return fail(GATUN_INVALID, "binary kind " + std::to_string(kind));
  }
  bool known = withFunction(call, kind, a->dtype, [&](auto tag, auto f) {
    using T = typename decltype(tag)::type;
    map<T, T, typename decltype(f)::Out>(call, a, b, y, f);
  });
  return known ? call.done() : unsupported("binary", a);
}

int32_t gatun_binary_scalar(gatun_context *context, int32_t kind, const gatun_tensor *x, double real, int64_t integer,
    int32_t reversed, const gatun_tensor *y) {
  Call call(context, "binary");
  if (kind < ADD || kind > SHR) {
    return fail(GATUN_INVALID, "binary kind " + std::to_string(kind));
  }
  bool known = withFunction(call, kind, x->dtype, [&](auto tag, auto f) {
    using T = typename decltype(tag)::type;
    T value;
    if constexpr (IsFloat<T>::value) {
      value = down<T>(real);
    } else {
      value = down<T>(integer);
    }
    using F = decltype(f);
    map<T, typename F::Out>(call, x, y, Fixed<T, F>{f, value, reversed != 0});
  });
  return known ? call.done() : unsupported("binary", x);
}
