package dev.gatun.ai.testkit.wire;

import dev.gatun.ai.testkit.Headers;

/**
 * A request as read from a connection.
 *
 * @param method GET, POST, …
 * @param path the path, without the query
 * @param query the query without its question mark; empty without one
 * @param headers all headers
 * @param body the body, of any transfer encoding
 * @param nanoTime when its last byte had come
 */
@SuppressWarnings("ArrayRecordComponent") // made once, read once, compared never
public record Request(
    String method, String path, String query, Headers headers, byte[] body, long nanoTime) {}
