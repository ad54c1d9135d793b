package dev.gatun.benchmarks.run;

import java.util.List;
import java.util.Map;

/**
 * One library to run, as a command.
 *
 * @param name as printed
 * @param benches those it takes part in
 * @param command what starts its worker with a number of threads
 * @param environment variables set for it
 */
record Contender(
    String name,
    List<String> benches,
    java.util.function.IntFunction<List<String>> command,
    Map<String, String> environment) {}
