package dev.gatun.tensor;

import dev.gatun.tensor.op.Composite;
import dev.gatun.tensor.op.Op;

/**
 * Wraps every operation of a thread: a tape, a tracer, autocast, a profiler, a NaN check. Install
 * one with {@link Engine#install}. Operations that an interceptor issues itself are seen only by
 * the interceptors installed before it.
 */
public interface Interceptor {

  /** Continues with the rest of the chain. */
  interface Next {
    Tensor[] call(Op op, Tensor... inputs);
  }

  /** Handles one operation; usually calls {@code next} with the same or other operands. */
  Tensor[] call(Op op, Tensor[] inputs, Next next);

  /** True to be shown the parts of a composite op in place of the op. */
  default boolean decomposes(Composite op, Tensor[] inputs) {
    return false;
  }

  /** Called when a tensor was copied to another device, which is no op of either device. */
  default void onMove(Tensor source, Tensor copy) {}

  /** Called when tensors are about to be changed in place. */
  default void onEffect(Tensor[] targets) {}
}
