/** What tenants may use. */
@org.jspecify.annotations.NullMarked
package dev.gatun.gateway.limit;
