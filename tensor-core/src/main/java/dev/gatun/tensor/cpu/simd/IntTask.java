package dev.gatun.tensor.cpu.simd;

/** One unit of a parallel loop: called once for each task index. */
@FunctionalInterface
interface IntTask {

  /**
   * Runs one task.
   *
   * @param task the index of the task, from zero
   */
  void run(int task);
}
