/**
 * What calls cost: prices applied to usage, ledgers of attempts, reports by tenant, model and day.
 */
@org.jspecify.annotations.NullMarked
package dev.gatun.ai.cost;
