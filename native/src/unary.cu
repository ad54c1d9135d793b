// Functions of one operand, and the gradients of activations.
#include "special.cuh"
#include "walk.cuh"

namespace gatun {
namespace {

// In the order of Gatun's UnaryKind.
enum Kind {
  NEG, ABS, SIGN, SQUARE, RELU, FLOOR, CEIL, ROUND, TRUNC, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SQRT, RSQRT, RECIPROCAL, SIN, COS,
  TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ACOSH, ATANH, SIGMOID, ERF, ERFC, ERFINV, LGAMMA, DIGAMMA, TRIGAMMA, NOT, IS_NAN,
  IS_INF, IS_FINITE
};

// Two groups, so that the registers of the long functions do not slow the short ones.
bool isShort(int kind) { return kind <= TRUNC || kind == SQRT || kind == RSQRT || kind == RECIPROCAL || kind == EXP || kind == NOT; }

template <typename C>
__device__ C sigmoid(C x) {
  if (x >= 0) {
    return 1 / (1 + exp(-x));
  }
  C e = exp(x);
  return e / (1 + e);
}

template <typename C>
__device__ C shortFunction(int kind, C x) {
  switch (kind) {
  case NEG: return -x;
  case ABS: return fabs(x);
  case SIGN: return x > 0 ? C(1) : x < 0 ? C(-1) : x;
  case SQUARE: return x * x;
  case RELU: return x > 0 || x != x ? x : C(0);
  case FLOOR: return floor(x);
  case CEIL: return ceil(x);
  case ROUND: return rint(x);
  case TRUNC: return trunc(x);
  case EXP: return exp(x);
  case SQRT: return sqrt(x);
  case RSQRT: return 1 / sqrt(x);
  case RECIPROCAL: return 1 / x;
  default: return x;
  }
}

template <typename C>
__device__ C longFunction(int kind, C x) {
  switch (kind) {
  case EXP2: return exp2(x);
  case EXPM1: return expm1(x);
  case LOG: return log(x);
  case LOG2: return log2(x);
  case LOG10: return log10(x);
  case LOG1P: return log1p(x);
  case SIN: return sin(x);
  case COS: return cos(x);
  case TAN: return tan(x);
  case ASIN: return asin(x);
  case ACOS: return acos(x);
  case ATAN: return atan(x);
  case SINH: return sinh(x);
  case COSH: return cosh(x);
  case TANH: return tanh(x);
  case ASINH: return asinh(x);
  case ACOSH: return acosh(x);
  case ATANH: return atanh(x);
  case SIGMOID: return sigmoid(x);
  case ERF: return erf(x);
  case ERFC: return erfc(x);
  case ERFINV: return static_cast<C>(inverseErf(x));
  case LGAMMA: return static_cast<C>(lgamma(static_cast<double>(x)));
  case DIGAMMA: return static_cast<C>(digamma(x));
  case TRIGAMMA: return static_cast<C>(trigamma(x));
  default: return x;
  }
}

__device__ int64_t function(int kind, int64_t x) {
  switch (kind) {
  case NEG: return -x;
  case ABS: return x < 0 ? -x : x;
  case SIGN: return (x > 0) - (x < 0);
  case SQUARE: return x * x;
  case RELU: return x > 0 ? x : 0;
  case NOT: return ~x;
  default: return x;
  }
}

template <typename T, bool SHORT>
struct FloatFunction {
  int kind;
  __device__ T operator()(T x) const {
    return down<T>(SHORT ? shortFunction<Compute<T>>(kind, up(x)) : longFunction<Compute<T>>(kind, up(x)));
  }
};

template <typename T>
struct IntegerFunction {
  int kind;
  __device__ T operator()(T x) const { return down<T>(function(kind, up(x))); }
};

struct Negation {
  __device__ boolean operator()(boolean x) const { return {static_cast<uint8_t>(x.bits == 0)}; }
};

template <typename T>
struct Predicate {
  int kind;
  __device__ boolean operator()(T x) const {
    auto v = up(x);
    bool nan = v != v, infinite = IsFloat<T>::value && !nan && v - v != 0;
    return {static_cast<uint8_t>(kind == IS_NAN ? nan : kind == IS_INF ? infinite : !nan && !infinite)};
  }
};

// The order of Gatun's ActivationKind, and relu.
enum Activation { SIGMOID_GRAD, TANH_GRAD, SILU_GRAD, GELU_GRAD, GELU_TANH_GRAD, RELU_GRAD };

template <typename T>
struct ActivationGradient {
  int kind;
  __device__ T operator()(T gradient, T value) const {
    using C = Compute<T>;
    C g = up(gradient), v = up(value);
    switch (kind) {
    case SIGMOID_GRAD: return down<T>(g * (v * (1 - v)));
    case TANH_GRAD: return down<T>(g * (1 - v * v));
    case SILU_GRAD: {
      C s = sigmoid(v);
      return down<T>(g * (s * (1 + v * (1 - s))));
    }
    case GELU_GRAD: {
      C below = C(0.5) * erfc(v * C(-0.7071067811865476));
      return down<T>(g * (below + v * (exp(C(-0.5) * v * v) * C(0.3989422804014327))));
    }
    case GELU_TANH_GRAD: {
      const C slope = C(1.5957691216057308);
      C square = v * v;
      C s = sigmoid(slope * v * (1 + C(0.044715) * square));
      C rise = slope * v * (1 + C(3 * 0.044715) * square);
      return down<T>(g * (s + rise * (s * (1 - s))));
    }
    default: return v <= 0 ? down<T>(C(0)) : gradient;
    }
  }
};

template <typename T>
struct ActivationFunction {
  int kind; // gelu, gelu by tanh, silu
  __device__ T operator()(T value) const {
    using C = Compute<T>;
    C x = up(value);
    switch (kind) {
    case 0: return down<T>(C(0.5) * x * erfc(x * C(-0.7071067811865476)));
    case 1: return down<T>(C(0.5) * x * (1 + tanh(x * (1 + C(0.044715) * x * x) * C(0.7978845608028654))));
    default: return down<T>(x * sigmoid(x));
    }
  }
};

} // namespace
} // namespace gatun

using namespace gatun;

int32_t gatun_unary(gatun_context *context, int32_t kind, const gatun_tensor *x, const gatun_tensor *y) {
  Call call(context, "unary");
  if (kind < NEG || kind > IS_FINITE) {
    return fail(GATUN_INVALID, "unary kind " + std::to_string(kind));
  }
  bool known;
  if (kind >= IS_NAN) {
    known = withAny(x->dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      map<T, boolean>(call, x, y, Predicate<T>{kind});
    });
  } else if (kind == NOT && x->dtype == GATUN_BOOL) {
    map<boolean, boolean>(call, x, y, Negation{});
    known = true;
  } else {
    known = withFloat(x->dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      if (isShort(kind)) {
        map<T, T>(call, x, y, FloatFunction<T, true>{kind});
      } else {
        map<T, T>(call, x, y, FloatFunction<T, false>{kind});
      }
    }) || withInteger(x->dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      map<T, T>(call, x, y, IntegerFunction<T>{kind});
    });
  }
  return known ? call.done() : unsupported("unary", x);
}

int32_t gatun_activation_grad(
    gatun_context *context, int32_t kind, const gatun_tensor *g, const gatun_tensor *v, const gatun_tensor *y) {
  Call call(context, "activation gradient");
  bool known = withFloat(y->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    map<T, T, T>(call, g, v, y, ActivationGradient<T>{kind});
  });
  return known ? call.done() : unsupported("activation gradient", y);
}

int32_t gatun_activation(gatun_context *context, int32_t kind, const gatun_tensor *x, const gatun_tensor *y) {
  Call call(context, "activation");
  bool known = withFloat(y->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    map<T, T>(call, x, y, ActivationFunction<T>{kind});
  });
  return known ? call.done() : unsupported("activation", y);
}
