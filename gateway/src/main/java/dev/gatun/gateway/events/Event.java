package dev.gatun.gateway.events;

import dev.gatun.ai.json.Json;

/**
 * Something that happened.
 *
 * @param id its id: whoever gets an event twice knows it by this
 * @param type such as {@code job.succeeded}, {@code job.failed} or {@code budget.exceeded}
 * @param tenant whose it is
 * @param data what is to be known of it
 * @param createdMillis when it happened, in milliseconds since 1970
 */
public record Event(String id, String type, String tenant, Json.Obj data, long createdMillis) {}
