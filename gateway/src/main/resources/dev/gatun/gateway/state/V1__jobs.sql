-- Times are milliseconds since 1970, by the database's clock. Documents are JSON texts.

CREATE TABLE jobs (
  id              TEXT    NOT NULL PRIMARY KEY,
  tenant          TEXT    NOT NULL,
  kind            TEXT    NOT NULL,
  status          TEXT    NOT NULL, -- queued, running, succeeded, failed, cancelled
  payload         TEXT    NOT NULL,
  progress        TEXT,
  checkpoint      TEXT,
  result          TEXT,
  error           TEXT,
  -- Grows with each claim: a worker whose number is another's has lost the job.
  fence           BIGINT  NOT NULL DEFAULT 0,
  takeovers       INTEGER NOT NULL DEFAULT 0,
  lease_until     BIGINT,
  cancel_asked    INTEGER NOT NULL DEFAULT 0,
  -- A paid call was begun and its outcome is not recorded yet.
  paying          INTEGER NOT NULL DEFAULT 0,
  possibly_billed INTEGER NOT NULL DEFAULT 0,
  last_event      BIGINT  NOT NULL DEFAULT 0,
  created_at      BIGINT  NOT NULL,
  started_at      BIGINT,
  finished_at     BIGINT
);

CREATE INDEX jobs_by_status ON jobs (status, created_at);
CREATE INDEX jobs_by_tenant ON jobs (tenant, id);

CREATE TABLE job_events (
  job_id TEXT   NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  number BIGINT NOT NULL,
  name   TEXT   NOT NULL,
  data   TEXT   NOT NULL,
  PRIMARY KEY (job_id, number)
);
