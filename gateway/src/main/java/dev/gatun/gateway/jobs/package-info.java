/** Work that outlives its request and the process that began it. */
@org.jspecify.annotations.NullMarked
package dev.gatun.gateway.jobs;
