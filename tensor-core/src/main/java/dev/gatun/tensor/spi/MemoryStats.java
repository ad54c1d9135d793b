package dev.gatun.tensor.spi;

/**
 * Memory counters of a device, in bytes.
 *
 * @param live in use by tensors now
 * @param peak the highest {@code live} so far
 * @param cached freed and kept for reuse
 * @param allocated taken from the system now, live and cached
 * @param allocations how often memory was taken from the system; constant in a steady loop
 */
public record MemoryStats(long live, long peak, long cached, long allocated, long allocations) {}
