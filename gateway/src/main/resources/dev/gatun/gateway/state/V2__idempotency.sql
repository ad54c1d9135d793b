-- What was answered to a request with an Idempotency-Key. Without a status it is still being answered.
CREATE TABLE idempotency (
  tenant       TEXT    NOT NULL,
  request_key  TEXT    NOT NULL,
  fingerprint  TEXT    NOT NULL, -- of method, path and body
  owner        TEXT    NOT NULL,
  lease_until  BIGINT  NOT NULL,
  status       INTEGER,
  headers      TEXT,
  content_type TEXT,
  body         ${bytes},
  created_at   BIGINT  NOT NULL,
  PRIMARY KEY (tenant, request_key)
);

CREATE INDEX idempotency_by_time ON idempotency (created_at);
