package dev.gatun.ai;

/** Whether the model may, must or must not call tools. */
public sealed interface ToolChoice {
  /** The model decides. */
  ToolChoice AUTO = new Auto();

  /** No tool is called. */
  ToolChoice NONE = new None();

  /** Some tool is called. */
  ToolChoice REQUIRED = new Required();

  /** The model decides. */
  record Auto() implements ToolChoice {}

  /** No tool is called. */
  record None() implements ToolChoice {}

  /** Some tool is called. */
  record Required() implements ToolChoice {}

  /** This tool is called. */
  record Named(String name) implements ToolChoice {}
}
