/** The response cache: its key, its tiers, and one call for many equal ones. */
@org.jspecify.annotations.NullMarked
package dev.gatun.ai.cache;
