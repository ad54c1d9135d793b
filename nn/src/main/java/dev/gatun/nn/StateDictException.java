package dev.gatun.nn;

import dev.gatun.tensor.GatunException;

/** A state dict does not fit a model; the message lists all keys that are wrong. */
public final class StateDictException extends GatunException {
  private static final long serialVersionUID = 1L;

  public StateDictException(String message) {
    super(message);
  }
}
