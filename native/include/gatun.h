/*
 * Gatun's only door between Java and native code. Several libraries implement it: CUDA, CUDA emulated on the host, and
 * others of the same shape.
 *
 * Rules for all functions:
 * - They return a gatun_status; anything but GATUN_OK leaves a text for gatun_last_error() of the calling thread, and outputs as they were.
 * - They may be called from any thread. Work of one context is done in the order in which it was issued, also across threads; a
 *   function returns when its work is issued, not when it is done, unless its description says otherwise.
 * - A handle belongs to the caller from ..._create to ..._destroy and may not be used afterwards. Destroying a context frees what was
 *   allocated from it.
 * - Outputs named y are dense (row-major without gaps) and overlap no input, where nothing else is said. Inputs may have any strides.
 * - Whoever calls has checked that shapes and dtypes fit each other: functions check ranks, dtypes and launch limits, not the mathematics.
 * - Faults that only the data shows (an index out of range, a singular matrix, an integer division by zero) are noted on the device and
 *   told by the next call of gatun_synchronize, gatun_copy_to_host or gatun_fault.
 */
#ifndef GATUN_H
#define GATUN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32)
#define GATUN_API __declspec(dllexport)
#else
#define GATUN_API __attribute__((visibility("default")))
#endif

/* Changes with every incompatible change of this file. */
#define GATUN_ABI_VERSION 3

/* The highest rank of a tensor; elementwise work merges axes first, so more axes rarely matter. */
#define GATUN_MAX_RANK 12

/* What a call came to. */
#define GATUN_OK 0
#define GATUN_INVALID 1       /* an argument that no correct caller passes */
#define GATUN_NO_DEVICE 2     /* no driver, no device, or not this one */
#define GATUN_OUT_OF_MEMORY 3 /* also after freed blocks were given back to the system */
#define GATUN_UNSUPPORTED 4   /* no kernel for these dtypes or ranks */
#define GATUN_FAULT 5         /* the data was at fault: gatun_fault says how */
#define GATUN_DEVICE_ERROR 6  /* the device or its driver failed; the context is of no more use */

/* Element types, in the order of Gatun's DType. */
#define GATUN_FLOAT32 0
#define GATUN_FLOAT64 1
#define GATUN_FLOAT16 2
#define GATUN_BFLOAT16 3
#define GATUN_INT8 4
#define GATUN_UINT8 5
#define GATUN_INT16 6
#define GATUN_INT32 7
#define GATUN_INT64 8
#define GATUN_BOOL 9

/* What a fault was. */
#define GATUN_FAULT_NONE 0
#define GATUN_FAULT_INDEX 1                 /* value: the index; bound: the size of the axis */
#define GATUN_FAULT_DIVISION 2              /* an integer division by zero */
#define GATUN_FAULT_SINGULAR 3              /* value: the number of the matrix */
#define GATUN_FAULT_NOT_POSITIVE_DEFINITE 4 /* value: the number of the matrix; bound: the leading minor */

/* A tensor as a kernel sees it: element (i0, i1, ...) lies at data + (i0 * stride0 + i1 * stride1 + ...) * size of dtype. */
typedef struct gatun_tensor {
  void *data; /* device memory, of the first element */
  int32_t dtype;
  int32_t rank;
  int64_t shape[GATUN_MAX_RANK];
  int64_t stride[GATUN_MAX_RANK]; /* in elements; 0 repeats, negative walks back */
} gatun_tensor;

/* What a device is. */
typedef struct gatun_device_info {
  char name[256];
  int64_t total_memory; /* bytes */
  int32_t compute_major;
  int32_t compute_minor;
  int32_t multiprocessors;
  int32_t driver_version; /* as 13000 for 13.0; 0 where there is none */
  int32_t cublaslt_version; /* as 130101 for 13.1.1, of the library that multiplies matrices; 0 where own kernels do */
  int32_t reserved;
} gatun_device_info;

/* Memory of a context, in bytes. */
typedef struct gatun_memory_info {
  int64_t live;        /* in use */
  int64_t peak;        /* the highest live so far */
  int64_t cached;      /* released and kept */
  int64_t allocated;   /* taken from the device now */
  int64_t allocations; /* how often memory was taken from the device */
} gatun_memory_info;

/* What the data did wrong; the first fault since the last report. */
typedef struct gatun_fault_info {
  int32_t code;
  int32_t reserved;
  int64_t value;
  int64_t bound;
} gatun_fault_info;

/* How a kernel slides over up to three spatial axes; unused leading ones have kernel, stride, dilation 1 and padding 0. */
typedef struct gatun_window {
  int64_t kernel[3];
  int64_t stride[3];
  int64_t pad_low[3];
  int64_t pad_high[3];
  int64_t dilation[3];
  int64_t ceil_pad[3]; /* how much of pad_high never counts for an average */
} gatun_window;

typedef struct gatun_context gatun_context; /* one device and the work issued to it */
typedef struct gatun_event gatun_event;     /* a point in that work */

/* ---- The library and its devices ---- */

GATUN_API int32_t gatun_abi_version(void);

/* "cuda", "cuda-emulated", ...; a constant. */
GATUN_API const char *gatun_backend(void);

/* What went wrong in the last call of this thread that failed; never NULL; valid until the thread's next call. */
GATUN_API const char *gatun_last_error(void);

/* GATUN_NO_DEVICE where there is no driver, with count 0 and the reason as text. */
GATUN_API int32_t gatun_device_count(int32_t *count);

GATUN_API int32_t gatun_device_properties(int32_t device, gatun_device_info *info);

GATUN_API int32_t gatun_context_create(int32_t device, gatun_context **context);

/* Waits for the work, then frees everything. */
GATUN_API int32_t gatun_context_destroy(gatun_context *context);

/* Waits until all work issued so far is done, and reports a fault. */
GATUN_API int32_t gatun_synchronize(gatun_context *context);

/* Waits, and hands over the fault, if there is one, and forgets it. */
GATUN_API int32_t gatun_fault(gatun_context *context, gatun_fault_info *fault);

GATUN_API int32_t gatun_event_create(gatun_context *context, gatun_event **event);
GATUN_API int32_t gatun_event_destroy(gatun_event *event);
GATUN_API int32_t gatun_event_record(gatun_context *context, gatun_event *event);

/* Later work of the context waits for the event of this or another context. */
GATUN_API int32_t gatun_event_wait(gatun_context *context, gatun_event *event);

/* The time between two recorded events of one context; waits for the second. */
GATUN_API int32_t gatun_event_elapsed(gatun_event *from, gatun_event *to, float *milliseconds);

/* ---- Memory ---- */

/* Aligned to 256 bytes, contents undefined; ordered with the context's work, so that a released block may be used again at once. */
GATUN_API int32_t gatun_allocate(gatun_context *context, int64_t bytes, void **data);
GATUN_API int32_t gatun_release(gatun_context *context, void *data);

/* Gives released blocks back to the device; waits. */
GATUN_API int32_t gatun_trim(gatun_context *context);
GATUN_API int32_t gatun_memory(gatun_context *context, gatun_memory_info *info);

/* Host memory that the device reads and writes directly. */
GATUN_API int32_t gatun_host_allocate(gatun_context *context, int64_t bytes, void **data);
GATUN_API int32_t gatun_host_release(gatun_context *context, void *data);

/* The host memory may be changed when the call returns. */
GATUN_API int32_t gatun_copy_to_device(gatun_context *context, void *target, const void *source, int64_t bytes);

/* Waits for all work before it, reports a fault, and returns when the bytes are there. */
GATUN_API int32_t gatun_copy_to_host(gatun_context *context, void *target, const void *source, int64_t bytes);

/* Between devices; both contexts' later work comes after it. */
GATUN_API int32_t gatun_copy_peer(
    gatun_context *to, void *target, gatun_context *from, const void *source, int64_t bytes);

/* ---- Elementwise. Kinds are numbered as the constants of UnaryKind, BinaryKind, ActivationKind. ---- */

GATUN_API int32_t gatun_unary(gatun_context *context, int32_t kind, const gatun_tensor *x, const gatun_tensor *y);
GATUN_API int32_t gatun_binary(
    gatun_context *context, int32_t kind, const gatun_tensor *a, const gatun_tensor *b, const gatun_tensor *y);

/* f(x, value), or f(value, x) when reversed; the value is read from real for floats, from integer for other dtypes. */
GATUN_API int32_t gatun_binary_scalar(gatun_context *context, int32_t kind, const gatun_tensor *x, double real, int64_t integer,
    int32_t reversed, const gatun_tensor *y);
GATUN_API int32_t gatun_where(gatun_context *context, const gatun_tensor *condition, const gatun_tensor *a, const gatun_tensor *b,
    const gatun_tensor *y);

/* y = x, converted where dtypes differ; y may have any strides. */
GATUN_API int32_t gatun_copy(gatun_context *context, const gatun_tensor *x, const gatun_tensor *y);

/* y may have any strides. integer is used when exact, real else. */
GATUN_API int32_t gatun_fill(gatun_context *context, double real, int64_t integer, int32_t exact, const gatun_tensor *y);
GATUN_API int32_t gatun_iota(gatun_context *context, double start, double step, const gatun_tensor *y);

/* distribution: 0 bits, 1 uniform, 2 normal; Philox4x32-10, the same bits on every device. */
GATUN_API int32_t gatun_random(
    gatun_context *context, int32_t distribution, int64_t seed, int64_t offset, const gatun_tensor *y);

/* The gradient g of an activation through its output or input v, as the kind says; GATUN_RELU_GRAD is relu's, from the output. */
#define GATUN_RELU_GRAD 5
GATUN_API int32_t gatun_activation_grad(
    gatun_context *context, int32_t kind, const gatun_tensor *g, const gatun_tensor *v, const gatun_tensor *y);

/* kind: 0 gelu, 1 gelu by its tanh approximation, 2 silu. */
GATUN_API int32_t gatun_activation(gatun_context *context, int32_t kind, const gatun_tensor *x, const gatun_tensor *y);

/* ---- Folding. axes: bit i set when axis i is folded; y has the kept axes in order. Kinds as ReduceKind, ScanKind. ---- */

GATUN_API int32_t gatun_reduce(
    gatun_context *context, int32_t kind, uint64_t axes, const gatun_tensor *x, const gatun_tensor *y);

/* The mean square of what differs from the mean, with divisor n - correction (0 where that is negative). */
GATUN_API int32_t gatun_variance(
    gatun_context *context, uint64_t axes, double correction, const gatun_tensor *x, const gatun_tensor *y);
GATUN_API int32_t gatun_scan(
    gatun_context *context, int32_t kind, int32_t axis, int32_t reverse, const gatun_tensor *x, const gatun_tensor *y);

/* Over an axis; logarithmic: log softmax. */
GATUN_API int32_t gatun_softmax(
    gatun_context *context, int32_t axis, int32_t logarithmic, const gatun_tensor *x, const gatun_tensor *y);

/* dx from the gradient g of y and the result y. */
GATUN_API int32_t gatun_softmax_grad(gatun_context *context, int32_t axis, int32_t logarithmic, const gatun_tensor *g,
    const gatun_tensor *y, const gatun_tensor *dx);

/* y [N] = minus the log softmax of x [N, C] at target [N], int64. */
GATUN_API int32_t gatun_cross_entropy(
    gatun_context *context, const gatun_tensor *x, const gatun_tensor *target, const gatun_tensor *y);

/* dx [N, C] from the gradient g [N] of y. */
GATUN_API int32_t gatun_cross_entropy_grad(gatun_context *context, const gatun_tensor *g, const gatun_tensor *x,
    const gatun_tensor *target, const gatun_tensor *dx);

/* Over the last `axes` axes of a dense x; weight and bias, dense over those axes, may both be NULL. */
GATUN_API int32_t gatun_layer_norm(gatun_context *context, int32_t axes, double epsilon, const gatun_tensor *x,
    const gatun_tensor *weight, const gatun_tensor *bias, const gatun_tensor *y);

/* From the gradient g of y; all operands dense. dweight and dbias are NULL where weight is. */
GATUN_API int32_t gatun_layer_norm_grad(gatun_context *context, int32_t axes, double epsilon, const gatun_tensor *g,
    const gatun_tensor *x, const gatun_tensor *weight, const gatun_tensor *dx, const gatun_tensor *dweight, const gatun_tensor *dbias);

/* x [N, C, ...], every channel with its own mean and variance [C], which are results too; all operands dense. weight and bias [C] may both
   be NULL. */
GATUN_API int32_t gatun_batch_norm(gatun_context *context, double epsilon, const gatun_tensor *x, const gatun_tensor *weight,
    const gatun_tensor *bias, const gatun_tensor *y, const gatun_tensor *mean, const gatun_tensor *variance);

/* From the gradient g of y and the mean and variance of x; all operands dense. weight may be NULL. */
GATUN_API int32_t gatun_batch_norm_grad(gatun_context *context, double epsilon, const gatun_tensor *g, const gatun_tensor *x,
    const gatun_tensor *mean, const gatun_tensor *variance, const gatun_tensor *weight, const gatun_tensor *dx,
    const gatun_tensor *dweight, const gatun_tensor *dbias);

/* ---- Indexing; indices are int64. ---- */

GATUN_API int32_t gatun_gather(
    gatun_context *context, int32_t axis, const gatun_tensor *x, const gatun_tensor *index, const gatun_tensor *y);

/* y holds a copy of x already; kind as ScatterKind; values for one place are combined in the order of the axis. */
GATUN_API int32_t gatun_scatter(gatun_context *context, int32_t axis, int32_t kind, const gatun_tensor *index,
    const gatun_tensor *source, const gatun_tensor *y);
GATUN_API int32_t gatun_index_select(
    gatun_context *context, int32_t axis, const gatun_tensor *x, const gatun_tensor *index, const gatun_tensor *y);

/* y holds a copy of x already. */
GATUN_API int32_t gatun_index_add(
    gatun_context *context, int32_t axis, const gatun_tensor *index, const gatun_tensor *source, const gatun_tensor *y);

/* Stable; NaN is greatest; indices are int64. */
GATUN_API int32_t gatun_sort(gatun_context *context, int32_t axis, int32_t descending, const gatun_tensor *x,
    const gatun_tensor *values, const gatun_tensor *indices);

/* y [n, rank] takes the n places that are not zero, in row-major order; the caller knows n. */
GATUN_API int32_t gatun_nonzero(gatun_context *context, const gatun_tensor *x, const gatun_tensor *y);

/* ---- Contraction and windows ---- */

/* y [..., M, N] = a [..., M, K] times b [..., K, N] (+ bias [N], or NULL); leading axes of a and b already have y's sizes, by strides.
   precision: 0 the dtype's own, 1 float32 operands may be rounded to tf32. */
GATUN_API int32_t gatun_matmul(gatun_context *context, const gatun_tensor *a, const gatun_tensor *b, const gatun_tensor *bias,
    int32_t precision, const gatun_tensor *y);

/* direction 0: y = x [N, C, spatial] by w; 1: y = input gradient of (x: gradient [N, O, spatial], w); 2: y = weight gradient of (x:
   input, w: gradient). Tensors have rank 5, leading spatial axes of size 1 added. */
GATUN_API int32_t gatun_convolution(gatun_context *context, int32_t direction, const gatun_window *window, int64_t groups,
    const gatun_tensor *x, const gatun_tensor *w, const gatun_tensor *y);

/* Rank 5 as above. indices: int64 within the plane. */
GATUN_API int32_t gatun_max_pool(gatun_context *context, const gatun_window *window, const gatun_tensor *x,
    const gatun_tensor *values, const gatun_tensor *indices);

/* The mean, or with gradient set what it passes back from x (the gradient) to y (the pooled input). */
GATUN_API int32_t gatun_avg_pool(gatun_context *context, const gatun_window *window, int32_t count_padding, int64_t divisor,
    int32_t gradient, const gatun_tensor *x, const gatun_tensor *y);

/* Attention over [B, L, E], [B, S, E], [B, S, V], dense last axis; mask NULL, or bool (true: attend) or of q's dtype (added), [B, L, S]
   by strides. y [B, L, V]; logs [B, L], the logarithm of the sum of the exponentials of each query's scores. */
GATUN_API int32_t gatun_attention(gatun_context *context, int32_t causal, double scale, const gatun_tensor *q,
    const gatun_tensor *k, const gatun_tensor *v, const gatun_tensor *mask, const gatun_tensor *y, const gatun_tensor *logs);

/* dq [B, L, E], dk [B, S, E] and dv [B, S, V] from the gradient g [B, L, V] of y; g and y with a dense last axis, logs dense. */
GATUN_API int32_t gatun_attention_grad(gatun_context *context, int32_t causal, double scale, const gatun_tensor *g,
    const gatun_tensor *y, const gatun_tensor *logs, const gatun_tensor *q, const gatun_tensor *k, const gatun_tensor *v,
    const gatun_tensor *mask, const gatun_tensor *dq, const gatun_tensor *dk, const gatun_tensor *dv);

/* ---- Linear algebra over the last two axes; operands dense; double inside. ---- */

GATUN_API int32_t gatun_cholesky(gatun_context *context, const gatun_tensor *x, const gatun_tensor *y);
GATUN_API int32_t gatun_solve(gatun_context *context, const gatun_tensor *a, const gatun_tensor *b, const gatun_tensor *y);
GATUN_API int32_t gatun_sign_log_det(
    gatun_context *context, const gatun_tensor *x, const gatun_tensor *sign, const gatun_tensor *log);
GATUN_API int32_t gatun_eigh(
    gatun_context *context, const gatun_tensor *x, const gatun_tensor *values, const gatun_tensor *vectors);

/* ---- Optimizer steps, in place, on tensors of one shape, with any strides. ---- */

/* buffer: NULL without momentum. */
GATUN_API int32_t gatun_sgd(gatun_context *context, double learning_rate, double momentum, double dampening, double weight_decay,
    int32_t nesterov, int32_t first_step, const gatun_tensor *parameter, const gatun_tensor *buffer, const gatun_tensor *gradient);
GATUN_API int32_t gatun_adam(gatun_context *context, double learning_rate, double beta1, double beta2, double epsilon,
    double weight_decay, int32_t decoupled, int64_t step, const gatun_tensor *parameter, const gatun_tensor *first,
    const gatun_tensor *second, const gatun_tensor *gradient);

#ifdef __cplusplus
}
#endif

#endif
