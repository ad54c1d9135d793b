package dev.gatun.gateway.files;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.auth.Principal;
import dev.gatun.gateway.files.FileStorage.LocalCopy;
import dev.gatun.gateway.http.Exchange;
import dev.gatun.gateway.http.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code /v1/files}, in OpenAI's format. */
public final class FilesApi {
  private static final int MOST_LISTED = 1000;

  private final FileStore files;
  private final Path incoming;
  private final long mostBytes;

  /**
   * The endpoints.
   *
   * @param incoming where uploads lie until they are whole
   * @param mostBytes the largest upload
   */
  public FilesApi(FileStore files, Path incoming, long mostBytes) {
    this.files = files;
    this.incoming = incoming;
    this.mostBytes = mostBytes;
  }

  /** {@code POST /v1/files}: a form with {@code file} and {@code purpose}, or the bytes alone. */
  public void create(Exchange exchange, Principal principal) {
    String type = exchange.header("content-type").orElse("");
    if (type.startsWith("application/json")) {
      throw Problem.of(
          415, "unsupported-media-type", "A file comes as multipart/form-data or as the body");
    }
    try (Upload upload = Upload.receive(exchange, incoming, mostBytes)) {
      String purpose =
          upload.fields().getOrDefault("purpose", exchange.query("purpose").orElse("user_data"));
      if (!purpose.matches("[A-Za-z0-9_.-]{1,64}")) {
        throw Problem.field("/purpose", "'purpose' must be a name of up to 64 letters and digits");
      }
      exchange.send(200, files.add(principal.tenant(), upload, purpose).json());
    }
  }

  /** {@code GET /v1/files?limit=…&after=…}, the newest first. */
  public void list(Exchange exchange, Principal principal) {
    String limit = exchange.query("limit").orElse("100");
    if (!limit.matches("[1-9][0-9]{0,4}") || Integer.parseInt(limit) > 10_000) {
      throw Problem.field("/limit", "'limit' must be a whole number from 1 to 10000");
    }
    int n = Math.min(MOST_LISTED, Integer.parseInt(limit));
    List<StoredFile> found = files.list(principal.tenant(), exchange.query("after"), n + 1);
    boolean more = found.size() > n;
    List<StoredFile> page = more ? found.subList(0, n) : found;
    Json.ObjectBuilder b =
        Json.object()
            .put("object", "list")
            .put("data", new Json.Arr(page.stream().<Json>map(StoredFile::json).toList()))
            .put("has_more", more);
    if (!page.isEmpty()) {
      b.put("first_id", page.getFirst().id()).put("last_id", page.getLast().id());
    }
    exchange.send(200, b.build());
  }

  /** {@code GET /v1/files/{id}}. */
  public void get(Exchange exchange, Principal principal) {
    exchange.send(
        200,
        files
            .find(principal.tenant(), exchange.pathParameter("id"))
            .orElseThrow(FileStore::missing)
            .json());
  }

  /** {@code GET /v1/files/{id}/content}: as a download, whatever its client said it is. */
  public void content(Exchange exchange, Principal principal) {
    download(exchange, files.open(principal.tenant(), exchange.pathParameter("id")), "attachment");
  }

  /**
   * Answers with the bytes of a file, which is closed.
   *
   * @param disposition of the answer, such as {@code attachment}
   */
  public static void download(Exchange exchange, LocalCopy file, String disposition) {
    try (LocalCopy copy = file;
        InputStream in = Files.newInputStream(copy.path())) {
      exchange.setHeader("Content-Disposition", disposition);
      exchange.send(200, "application/octet-stream", Files.size(copy.path()), in);
    } catch (IOException e) {
      throw FileStore.unavailable(e);
    }
  }

  /** {@code DELETE /v1/files/{id}}. */
  public void delete(Exchange exchange, Principal principal) {
    String id = exchange.pathParameter("id");
    if (!files.delete(principal.tenant(), id)) {
      throw FileStore.missing();
    }
    exchange.send(
        200, Json.object().put("id", id).put("object", "file").put("deleted", true).build());
  }
}
