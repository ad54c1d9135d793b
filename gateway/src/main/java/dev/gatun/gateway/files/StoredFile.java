package dev.gatun.gateway.files;

import dev.gatun.ai.json.Json;

/**
 * What is known of an uploaded file.
 *
 * @param id random; the storage's key too
 * @param name what its client calls it; for show only
 * @param purpose what for, as its client says
 * @param contentType what its client says it is
 * @param bytes its size
 * @param sha256 its hash
 * @param created milliseconds since 1970
 */
public record StoredFile(
    String id,
    String name,
    String purpose,
    String contentType,
    long bytes,
    String sha256,
    long created) {
  /** In OpenAI's format, with the hash and the type beside it. */
  public Json.Obj json() {
    return Json.object()
        .put("id", id)
        .put("object", "file")
        .put("bytes", bytes)
        .put("created_at", created / 1000)
        .put("filename", name)
        .put("purpose", purpose)
        .put("status", "processed")
        .put("content_type", contentType)
        .put("sha256", sha256)
        .build();
  }
}
