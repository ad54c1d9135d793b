/** Budgets and limits a minute that concurrent calls, also of several processes, never exceed. */
@org.jspecify.annotations.NullMarked
package dev.gatun.ai.limit;
