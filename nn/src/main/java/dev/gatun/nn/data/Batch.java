package dev.gatun.nn.data;

import dev.gatun.tensor.Device;
import dev.gatun.tensor.Tensor;

/**
 * Examples that pass a model together. It owns its two tensors.
 *
 * @param input [n, ...]
 * @param target [n, ...]
 */
public record Batch(Tensor input, Tensor target) implements AutoCloseable {

  /** The number of examples. */
  public long size() {
    return input.size(0);
  }

  /** This batch if it is on the device, else a copy there; the copy is the caller's to close. */
  public Batch to(Device device) {
    boolean here = input.device().equals(device) && target.device().equals(device);
    return here ? this : new Batch(input.to(device), target.to(device));
  }

  /** Frees both tensors. Idempotent. */
  @Override
  public void close() {
    input.close();
    target.close();
  }
}
