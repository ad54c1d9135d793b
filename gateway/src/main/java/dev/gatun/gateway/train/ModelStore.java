package dev.gatun.gateway.train;

import dev.gatun.ai.json.Json;
import dev.gatun.gateway.files.FileStorage;
import dev.gatun.gateway.files.FileStorage.LocalCopy;
import dev.gatun.gateway.files.FileStore;
import dev.gatun.gateway.http.Problem;
import dev.gatun.gateway.state.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trained models of all tenants: what is known of them in the database, their weights in the
 * storage of files. Another tenant's model is none. Thread-safe.
 */
final class ModelStore {
  private static final Logger LOG = LoggerFactory.getLogger(ModelStore.class);

  private final Database database;
  private final FileStorage storage;

  ModelStore(Database database, FileStorage storage) {
    this.database = database;
    this.storage = storage;
  }

  /**
   * Keeps a model. One that is there already, from a process that died before it could say so, is
   * replaced.
   *
   * @param weights are moved away
   */
  TrainedModel add(String tenant, String id, String name, Json.Obj document, Path weights) {
    long bytes;
    try {
      bytes = Files.size(weights);
      storage.put(id, weights);
    } catch (IOException e) {
      throw FileStore.unavailable(e);
    }
    return database.write(c -> {
      try (PreparedStatement s =
          c.prepareStatement(
              "INSERT INTO models (id, tenant, name, document, bytes, created_at)"
                  + " VALUES (?, ?, ?, ?, ?, "
                  + database.dialect().now()
                  + ") ON CONFLICT (id) DO UPDATE SET document = excluded.document,"
                  + " bytes = excluded.bytes RETURNING *")) {
        s.setString(1, id);
        s.setString(2, tenant);
        s.setString(3, name);
        s.setString(4, document.toString());
        s.setLong(5, bytes);
        ResultSet r = s.executeQuery();
        r.next();
        return model(r);
      }
    });
  }

  Optional<TrainedModel> find(String tenant, String id) {
    return database.read(c -> {
      try (PreparedStatement s =
          c.prepareStatement("SELECT * FROM models WHERE tenant = ? AND id = ?")) {
        s.setString(1, tenant);
        s.setString(2, id);
        ResultSet r = s.executeQuery();
        return r.next() ? Optional.of(model(r)) : Optional.empty();
      }
    });
  }

  /** The newest first. */
  List<TrainedModel> list(String tenant, int limit) {
    return database.read(c -> {
      try (PreparedStatement s =
          c.prepareStatement(
              "SELECT * FROM models WHERE tenant = ? ORDER BY created_at DESC, id DESC LIMIT ?")) {
        s.setString(1, tenant);
        s.setInt(2, limit);
        ResultSet r = s.executeQuery();
        List<TrainedModel> out = new ArrayList<>();
        while (r.next()) {
          out.add(model(r));
        }
        return out;
      }
    });
  }

  /**
   * Deletes a model.
   *
   * @return whether there was one
   */
  boolean delete(String tenant, String id) {
    boolean gone =
        database.write(c -> {
          try (PreparedStatement s =
              c.prepareStatement("DELETE FROM models WHERE tenant = ? AND id = ?")) {
            s.setString(1, tenant);
            s.setString(2, id);
            return s.executeUpdate() > 0;
          }
        });
    if (gone) {
      try {
        storage.delete(id);
      } catch (IOException e) {
        LOG.warn("The weights of {} cannot be deleted", id, e);
      }
    }
    return gone;
  }

  /**
   * The weights of a model that was found.
   *
   * @throws Problem 404 when they are gone, 503 when the storage fails
   */
  LocalCopy weights(TrainedModel model) {
    try {
      return storage.get(model.id());
    } catch (NoSuchFileException e) {
      throw missing();
    } catch (IOException e) {
      throw FileStore.unavailable(e);
    }
  }

  /** There is no such model. */
  static Problem missing() {
    return Problem.of(404, "model-not-found", "There is no such model");
  }

  private static TrainedModel model(ResultSet r) throws SQLException {
    return new TrainedModel(
        r.getString("id"),
        r.getString("name"),
        (Json.Obj) Json.parse(r.getString("document")),
        r.getLong("bytes"),
        r.getLong("created_at"));
  }
}
