package dev.gatun.gateway.idempotency;

import java.util.Map;

/**
 * An answer that was given.
 *
 * @param status the HTTP status
 * @param headers those that the endpoint set
 * @param contentType the type of the body
 * @param body the body
 */
@SuppressWarnings("ArrayRecordComponent") // written once, never compared
record StoredAnswer(int status, Map<String, String> headers, String contentType, byte[] body) {}
