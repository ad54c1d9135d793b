-- Events that are written down with what they tell of, and are to be sent.
CREATE TABLE outbox (
  id          TEXT   NOT NULL PRIMARY KEY,
  type        TEXT   NOT NULL,
  tenant      TEXT   NOT NULL,
  data        TEXT   NOT NULL,
  created_at  BIGINT NOT NULL,
  taken_until BIGINT NOT NULL DEFAULT 0
);
