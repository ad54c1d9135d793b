-- Files that tenants uploaded: their bytes are in the storage of files, under the same id.
CREATE TABLE files (
  id           TEXT   NOT NULL PRIMARY KEY,
  tenant       TEXT   NOT NULL,
  name         TEXT   NOT NULL,
  purpose      TEXT   NOT NULL,
  content_type TEXT   NOT NULL,
  bytes        BIGINT NOT NULL,
  sha256       TEXT   NOT NULL,
  created_at   BIGINT NOT NULL
);

CREATE INDEX files_by_tenant ON files (tenant, created_at, id);

-- Models that were trained: their weights are in the storage of files, under the same id.
CREATE TABLE models (
  id         TEXT   NOT NULL PRIMARY KEY,
  tenant     TEXT   NOT NULL,
  name       TEXT   NOT NULL,
  document   TEXT   NOT NULL, -- how rows become numbers, the network, metrics
  bytes      BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE INDEX models_by_tenant ON models (tenant, created_at, id);
