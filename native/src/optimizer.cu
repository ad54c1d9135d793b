// Optimizer steps in place, each value read and written once.
#include "walk.cuh"

namespace gatun {
namespace {

template <typename T>
struct Sgd {
  double learningRate, momentum, dampening, weightDecay;
  bool nesterov, firstStep;
  T *parameter, *buffer;
  const T *gradient;
  __device__ void operator()(int64_t, const int64_t (&at)[3]) const {
    using C = Compute<T>;
    C p = up(parameter[at[0]]), g = up(gradient[at[2]]);
    g += p * static_cast<C>(weightDecay);
    if (buffer) {
      C b = firstStep ? g : up(buffer[at[1]]) * static_cast<C>(momentum) + g * static_cast<C>(1 - dampening);
      buffer[at[1]] = down<T>(b);
      g = nesterov ? g + b * static_cast<C>(momentum) : b;
    }
    parameter[at[0]] = down<T>(p - g * static_cast<C>(learningRate));
  }
};

template <typename T>
struct Adam {
  double beta1, beta2, epsilon, decay, shrink, rate, root; // rate: learning rate / correction1; root: sqrt(correction2)
  T *parameter, *first, *second;
  const T *gradient;
  __device__ void operator()(int64_t, const int64_t (&at)[4]) const {
    using C = Compute<T>;
    C p = up(parameter[at[0]]) * static_cast<C>(shrink), g = up(gradient[at[3]]);
    g += p * static_cast<C>(decay);
    C m = up(first[at[1]]) * static_cast<C>(beta1) + g * static_cast<C>(1 - beta1);
    C v = up(second[at[2]]) * static_cast<C>(beta2) + g * g * static_cast<C>(1 - beta2);
    first[at[1]] = down<T>(m);
    second[at[2]] = down<T>(v);
    parameter[at[0]] = down<T>(p - m / (sqrt(v) / static_cast<C>(root) + static_cast<C>(epsilon)) * static_cast<C>(rate));
  }
};

} // namespace
} // namespace gatun

using namespace gatun;

int32_t gatun_sgd(gatun_context *context, double learning_rate, double momentum, double dampening, double weight_decay,
    int32_t nesterov, int32_t first_step, const gatun_tensor *parameter, const gatun_tensor *buffer, const gatun_tensor *gradient) {
  Call call(context, "sgd");
  const gatun_tensor *const operands[3] = {parameter, buffer ? buffer : parameter, gradient};
  bool known = withFloat(parameter->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    each(call, walk(operands),
        Sgd<T>{learning_rate, momentum, dampening, weight_decay, nesterov != 0, first_step != 0, static_cast<T *>(parameter->data),
            buffer ? static_cast<T *>(buffer->data) : nullptr, static_cast<const T *>(gradient->data)});
  });
  return known ? call.done() : unsupported("sgd", parameter);
}

int32_t gatun_adam(gatun_context *context, double learning_rate, double beta1, double beta2, double epsilon, double weight_decay,
    int32_t decoupled, int64_t step, const gatun_tensor *parameter, const gatun_tensor *first, const gatun_tensor *second,
    const gatun_tensor *gradient) {
  Call call(context, "adam");
  const gatun_tensor *const operands[4] = {parameter, first, second, gradient};
  double correction1 = 1 - pow(beta1, static_cast<double>(step)), correction2 = 1 - pow(beta2, static_cast<double>(step));
  bool known = withFloat(parameter->dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    each(call, walk(operands),
        Adam<T>{beta1, beta2, epsilon, decoupled ? 0 : weight_decay, decoupled ? 1 - learning_rate * weight_decay : 1,
            learning_rate / correction1, sqrt(correction2), static_cast<T *>(parameter->data), static_cast<T *>(first->data),
            static_cast<T *>(second->data), static_cast<const T *>(gradient->data)});
  });
  return known ? call.done() : unsupported("adam", parameter);
}
