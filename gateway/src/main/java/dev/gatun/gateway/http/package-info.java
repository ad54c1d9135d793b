/** HTTP between the endpoints and the server: exchanges, problems, events, clients that leave. */
@org.jspecify.annotations.NullMarked
package dev.gatun.gateway.http;
